"""The paper in one command: ./reproduce. From data to report.html and report.pdf, in blocks that can be stopped and gone on with."""
