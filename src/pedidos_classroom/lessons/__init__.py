"""The lessons: each is one module with its texts in both languages, its experiment, and what that must show.

A lesson goes: the idea, a prediction, the experiment, what was seen, a question with its answer, the code, and a sheet
for the teacher. `catalogue.py` lists them; the page, the run and the export are the same for all.
"""
