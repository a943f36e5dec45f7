"""The Bot API over aiohttp, with connections that are kept.

The library asks over httpx, which looks through all its connections at each request: under load
a single one takes five milliseconds of the processor. This one takes one, and Slack's SDK needs
aiohttp anyway.
"""

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

NEVER_LEFT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""Causes of an error after which Telegram cannot have seen the request."""
FORM = "application/x-www-form-urlencoded"


class Asking(BaseRequest):
    """How the library's `Bot` reaches Telegram. What it raises has aiohttp's error as its cause."""

    __slots__ = ("_connections", "_proxy", "_session", "_timeout")

    def __init__(
        self, api_url: str, connections: int, read: float = 10.0, connect: float = 5.0
    ) -> None:
        """At most so many *connections* at once; a free one is waited for as for a new one.

        Args:
            api_url: Where all requests go.
            read: Seconds without a word from Telegram.
            connect: Seconds until it can be spoken to.
        """
        self._connections = connections
        self._proxy = _proxy(api_url)
        self._timeout = aiohttp.ClientTimeout(
            total=None, connect=2 * connect, sock_connect=connect, sock_read=read
        )
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """See the library."""
        return self._timeout.sock_read

    async def initialize(self) -> None:
        """See the library."""
        self._open()

    async def shutdown(self) -> None:
        """See the library."""
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """See the library. Of the timeouts only that for reading is ever another one."""
        timeout = self._timeout
        if isinstance(read_timeout, int | float):
            timeout = aiohttp.ClientTimeout(
                total=None,
                connect=timeout.connect,
                sock_connect=timeout.sock_connect,
                sock_read=read_timeout,
            )
        headers = {"User-Agent": self.USER_AGENT}
        if request_data is None:
            body: aiohttp.FormData | bytes | None = None
        elif request_data.contains_files:
            body = _with_files(request_data)
        else:
            body = request_data.url_encoded_parameters().encode()
            headers["Content-Type"] = FORM
        try:
            async with self._open().request(
                method, url, data=body, headers=headers, timeout=timeout, proxy=self._proxy
            ) as answer:
                return answer.status, await answer.read()
        except TimeoutError as error:
            raise TimedOut from error
        except aiohttp.ClientError as error:
            raise NetworkError(type(error).__name__) from error  # its text has the token in it

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._timeout,
            )
        return self._session


def _with_files(data: RequestData) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)  # a space stays a space in the name of a file
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form


def _proxy(url: str) -> str | None:
    """Where the environment says that requests go, as other programs read it."""
    proxies = getproxies()
    if not proxies:
        return None
    to = urlsplit(url)
    if proxy_bypass(to.hostname or ""):
        return None
    return proxies.get(to.scheme) or proxies.get("all")
