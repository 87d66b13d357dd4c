"""The small web pages of the practice sign-in, in English and French. They say on every page that they are practice."""

import html
from collections.abc import Mapping

import resources
from station.model.words import N_
from station.practice.tenant.http import Answer, Request, page

_TITLE = N_("HoloBench practice sign-in")
_NOTICE = N_("This is the practice tenant on this computer. Nothing here reaches Microsoft or your organization.")
_MESSAGES = {
    "signed-out": N_("You are signed out of the practice tenant."),
    "device-done": N_("Done. You may close this page and go back to HoloBench."),
}


def approval_page(request: Request, query: Mapping[str, str], upn: str) -> Answer:
    """Ask for yes or no to an authorization request; its parameters travel along in the form."""
    say = _language(request)
    scopes = "".join(f"<li>{html.escape(s)}</li>" for s in query.get("scope", "").split())
    return _page(say, f"<p>{say(N_('Sign in as {name}?')).format(name=html.escape(upn))}</p>"
                      f"<p>{say(N_('HoloBench asks for these rights:'))}</p><ul>{scopes}</ul>"
                      f'<form method="get">{_hidden(query)}{_buttons(say)}</form>')


def form_post_page(request: Request, uri: str, values: Mapping[str, str]) -> Answer:
    """Post the answer to the program (OAuth 2.0 Form Post Response Mode); by itself, or by the button where scripts are off."""
    say = _language(request)
    return _page(say, f'<form method="post" action="{html.escape(uri)}">{_hidden(values)}'
                      f"<button>{say(N_('Back to HoloBench'))}</button></form><script>document.forms[0].submit()</script>")


def device_page(request: Request) -> Answer:
    """Ask for the code that the program shows."""
    say = _language(request)
    return _page(say, f'<form method="post"><label>{say(N_("Code shown by HoloBench"))} '
                      f'<input name="user_code" autofocus autocomplete="off"></label>{_buttons(say)}</form>')


def error_page(request: Request, code: int, text: str) -> Answer:
    """An error that the service shows instead of going back to the program."""
    return _page(_language(request), f"<p role='alert'>AADSTS{code}: {html.escape(text)}</p>", 400)


def message_page(request: Request, name: str) -> Answer:
    """A closing sentence: `signed-out` or `device-done`."""
    say = _language(request)
    return _page(say, f"<p>{say(_MESSAGES[name])}</p>")


def _hidden(values: Mapping[str, str]) -> str:
    return "".join(f'<input type="hidden" name="{html.escape(k)}" value="{html.escape(v)}">' for k, v in values.items())


def _buttons(say: "_Say") -> str:
    return (f'<p><button name="practice_decision" value="yes">{say(N_("Yes, sign in"))}</button> '
            f'<button name="practice_decision" value="no">{say(N_("No"))}</button></p>')


def _page(say: "_Say", body: str, status: int = 200) -> Answer:
    return page(
        f'<!doctype html><html lang="{say.language}"><meta charset="utf-8"><title>{say(_TITLE)}</title>'
        "<style>body{font:18px/1.5 sans-serif;max-width:40em;margin:3em auto;padding:0 1em}"
        "button{min-height:44px;min-width:8em;font:inherit}</style>"
        f"<h1>{say(_TITLE)}</h1><p><strong>{say(_NOTICE)}</strong></p>{body}</html>", status)


class _Say:
    """Texts in the language that the browser asks for first."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue = resources.translations(language)

    def __call__(self, message: str) -> str:
        return self._catalogue.gettext(message)


def _language(request: Request) -> _Say:
    asked = request.headers.get("accept-language", "en")[:2].lower()
    return _Say(asked if asked in resources.LANGUAGES else "en")
