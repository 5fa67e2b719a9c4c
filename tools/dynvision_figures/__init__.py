"""Figures of experiments, drawn from their tables: python -m dynvision_figures NAME TABLES... --out FOLDER"""
