#!/bin/sh
# Stands in for a training in the tests of the sweep's runner: sh sweep_stand_in.sh FOLDER MODE N_STEPS
# Goes on where it stopped (FOLDER/step), stops when asked (130), writes its summary at the end. Two at once in one folder, and
# a start after the end, are written down in FOLDER/../violations.
folder=$1 mode=$2 n_steps=$3
mkdir -p "$folder"
exec 9>> "$folder/mine"
flock -n 9 || echo "$folder: two at once" >> "$folder/../violations"
[ ! -e "$folder/summary.json" ] || echo "$folder: made again" >> "$folder/../violations"
trap 'exit 130' INT TERM
step=0
[ ! -e "$folder/step" ] || step=$(cat "$folder/step")
[ -e "$folder/metrics.csv" ] || echo 'epoch,train_loss,val_accuracy' > "$folder/metrics.csv"
echo "from step $step, OMP_NUM_THREADS=$OMP_NUM_THREADS"
while [ "$step" -lt "$n_steps" ]; do
  sleep 0.02
  step=$((step + 1))
  echo "$step" > "$folder/step.new" && mv "$folder/step.new" "$folder/step"
  echo "$step,0.5,0.$step" >> "$folder/metrics.csv"
  case $mode in
    fails) echo '[dynvision.train.131] the loss is not finite' >&2; exit 1 ;;
    silent) exit 3 ;;
    crashes) kill -SEGV $$ ;;
    killed) kill -KILL $$ ;;
    empty) exit 0 ;;
    deaf) trap '' INT TERM ;;
  esac
done
echo "{\"status\": \"finished\", \"test_accuracy\": 0.$step, \"note\": \"x\"}" > "$folder/summary.new"
mv "$folder/summary.new" "$folder/summary.json"
