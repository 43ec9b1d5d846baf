"""The map of one order: the pipeline as a drawing, and the order on its way through it.

`way` finds the visits of the order, `standing` where it is now, `moments` what a reader steps through, and `waterfall`
the bars: functions on the rows, the spans and the time. `words` and `captions` say it, `facts` gathers what is known
about one place, and `views` has the pages.
"""
