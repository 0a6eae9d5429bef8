"""Keeps what people tell about themselves out of everything that is stored, logged or published.

:mod:`bot.privacy.redactor` takes personal details out of a message before it is understood, and
the other modules are second guards: :mod:`bot.privacy.events` before anything is stored or
published, :mod:`bot.privacy.logs` before anything is logged, :mod:`bot.privacy.sealing` round the
answers that are kept for messages which come twice. docs/privacy.md tells the whole.
"""
