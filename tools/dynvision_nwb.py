#!/usr/bin/env python3
"""A recording of `dynvision record` as a file of Neurodata Without Borders (NWB 2), for the tools of physiologists.

    python3 dynvision_nwb.py v4.npz v4.nwb [--description TEXT] [--pause 0.5]

Each presentation is a trial (start_time, stop_time [s], stimulus_id), one after the other with a pause between. The responses are
one time series (time, neuroid) with a row for each trial and time bin, at the start of the bin; the neuroids (id, layer, region,
channel, y, x) are a table of the processing module "model". Simulated, as the file says. Needs pynwb and NumPy.
Recordings whose stimuli repeat stay as they are: one trial each.
"""
import argparse
import datetime
import os
import sys
import tempfile
from pathlib import Path

NEEDED = {"responses", "stimulus_id", "neuroid_id", "layer", "region", "channel", "y", "x", "time_bin_start", "time_bin_end",
          "identifier", "model", "dt_ms", "presentation_ms", "ms_per_model_ms", "onset_offset_ms", "visual_degrees"}


def read(path):
    import numpy
    try:
        with numpy.load(path) as file:
            data = {name: file[name] for name in file.files}
    except (OSError, ValueError) as error:
        sys.exit(f"{path}: expected a recording of dynvision record, NPZ: {error}")
    if missing := sorted(NEEDED - data.keys()):
        sys.exit(f"{path}: expected the arrays {', '.join(missing)}, found {', '.join(sorted(data))}")
    shape = tuple(len(data[name]) for name in ("stimulus_id", "neuroid_id", "time_bin_start"))
    if data["responses"].shape != shape:
        sys.exit(f"{path}: responses: expected {shape} (presentation, neuroid, time_bin), found {data['responses'].shape}")
    if not numpy.isfinite(data["responses"]).all():
        p, n, _ = (int(i) for i in numpy.argwhere(~numpy.isfinite(data["responses"]))[0])
        sys.exit(f"{path}: stimulus {data['stimulus_id'][p]}, neuroid {data['neuroid_id'][n]}: expected finite numbers")
    return data


def nwb_file(data, description, pause):
    import numpy
    from pynwb import NWBFile, TimeSeries
    from pynwb.core import DynamicTable, VectorData
    numbers = ", ".join(f"{name} {float(data[name]):g}" for name in ("dt_ms", "presentation_ms", "ms_per_model_ms", "onset_offset_ms",
                                                                     "visual_degrees"))
    file = NWBFile(session_description=description or f"Simulated: units of the model {data['model']}",
                   identifier=str(data["identifier"]), session_start_time=datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc),
                   notes=f"dynvision record: {numbers}. The start of the session stands for no date.")
    starts, ends = data["time_bin_start"] / 1000, data["time_bin_end"] / 1000  # [s]
    trial = max(float(ends.max()), float(data["presentation_ms"]) / 1000)
    onsets = (trial + pause) * numpy.arange(len(data["stimulus_id"]))
    file.add_trial_column("stimulus_id", "what was shown")
    for onset, stimulus in zip(onsets, data["stimulus_id"]):
        file.add_trial(start_time=float(onset), stop_time=float(onset + trial), stimulus_id=str(stimulus))
    order = numpy.argsort(starts, kind="stable")  # times ascend
    rows = data["responses"][:, :, order].transpose(0, 2, 1).reshape(-1, len(data["neuroid_id"]))
    module = file.create_processing_module("model", "units of a simulated network")
    said = {"y": "row; -1: mean of all", "x": "column; -1: mean of all"}
    columns = [VectorData(name=name, description=said.get(name, name), data=data[name].tolist())
               for name in ("neuroid_id", "layer", "region", "channel", "y", "x")]
    module.add(DynamicTable(name="neuroids", description="columns of responses, in their order", columns=columns))
    columns = [VectorData(name="start", description="from the onset", data=starts[order].tolist()),
               VectorData(name="end", description="from the onset", data=ends[order].tolist())]
    module.add(DynamicTable(name="time_bins", description="rows of responses in each trial, in their order [s]", columns=columns))
    module.add(TimeSeries(name="responses", data=rows, unit="a.u.", timestamps=(onsets[:, None] + starts[order]).ravel(),
                          description="mean activity in a time bin (trial and time_bin, neuroid)", continuity="step"))
    return file


def main(words=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("recording", type=Path, help="of dynvision record, NPZ")
    parser.add_argument("output", type=Path, help="file to write, .nwb")
    parser.add_argument("--description", default="", help="of the session")
    parser.add_argument("--pause", type=float, default=0.5, metavar="S", help="between trials (0.5)")
    asked = parser.parse_args(words)
    if not 0 <= asked.pause < 1e6:
        parser.error("--pause: expected seconds, at least 0")
    data = read(asked.recording)
    try:
        from pynwb import NWBHDF5IO
    except ImportError:
        sys.exit("expected pynwb, which writes NWB files: pip install pynwb")
    handle, temporary = tempfile.mkstemp(dir=asked.output.parent, prefix=".dynvision-", suffix=".nwb")
    os.close(handle)
    try:
        with NWBHDF5IO(temporary, "w") as io:
            io.write(nwb_file(data, asked.description, asked.pause))
        os.chmod(temporary, 0o644)
        os.replace(temporary, asked.output)  # complete or not at all
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    print(f"{asked.output}: {len(data['stimulus_id'])} trials, {len(data['neuroid_id'])} neuroids, {len(data['time_bin_start'])} time bins")


if __name__ == "__main__":
    main()
