# find_python SOURCE "MODULE, MODULE" WHY: sets `python` to one that has these modules; without one, says why the test is skipped.
find_python() {
  python=${DYNVISION_PYTHON:-$1/.deps/venv/bin/python}
  if ! "$python" -c "import $2" 2>/dev/null; then
    echo "skipped: $3; DYNVISION_PYTHON names a Python that has what it needs"
    exit 0
  fi
}
