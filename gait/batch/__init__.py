"""Many sessions on many processes or machines, with results that survive every interruption.

`sessions` lists what there is to do, `work` analyses one session and leaves two small files, `scheduler`
hands the work out, and `tables` gathers the small files at the end. The scheduler carries paths and answers
of a few hundred bytes; samples and strides go from disk to worker and back.
"""
