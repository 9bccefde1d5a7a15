"""Which marks of a generator does a picture, film or sound carry?

`containers` and its readers (one file each) take texts out of hostile bytes; one file per generator knows
what its texts look like; `reading` puts both together and runs in a child process; `contradictions` compares
what was read; `detector` says it. Marks are text in the file: anyone can add or remove them.
"""
