"""Where compiled code is kept."""


def keep(dispatcher):
    pass
