"""Where compiled code is kept."""


def keep(dispatcher):
    dispatcher.enable_caching()
