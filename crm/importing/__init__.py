"""How do contacts and accounts come in from another system?

A file's columns are recognised (columns), its cells are read as a person or an account (rows),
each is looked for (people, buyers), and what is new or changed is written down (writing). A look
does all but the last; `running` does either for a whole file.
"""
