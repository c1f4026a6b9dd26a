"""The network for code that knows nothing of promises: `urllib` and `open_url` over the `fetch` that the page allows or not."""

from pyodide.ffi import JsException, can_run_sync, run_sync

from .packages import after_import

_NO_WAITING = (
    "this browser can't wait for the network inside of ordinary code: use `await pyodide.http.pyfetch(url)` instead"
)


async def _fetch(url, **options):
    from pyodide.http import pyfetch

    response = await pyfetch(url, **options)
    return response, await response.bytes()


def _wait_for(url, **options):
    """The response to a request and its bytes; as an `URLError` what went wrong."""
    import urllib.error

    if not can_run_sync():
        raise urllib.error.URLError(_NO_WAITING)
    try:
        return run_sync(_fetch(url, **options))
    except (OSError, JsException) as error:
        raise urllib.error.URLError(str(error).removeprefix("TypeError: ")) from None


def _bytes_of(data):
    if data is None or isinstance(data, (bytes, bytearray)):
        return data
    return data.read() if hasattr(data, "read") else b"".join(data)


def _open(request):
    import email.message
    import io
    import urllib.response

    options = {"method": request.get_method(), "headers": dict(request.header_items())}
    if (body := _bytes_of(request.data)) is not None:
        options["body"] = bytes(body)
    response, content = _wait_for(request.full_url.partition("#")[0], **options)
    headers = email.message.Message()
    for name, value in response.headers.items():
        headers[name] = value
    answer = urllib.response.addinfourl(io.BytesIO(content), headers, request.full_url, response.status)
    answer.msg = answer.reason = response.status_text
    return answer


def _patch_urllib(module):
    class HTTPHandler(module.AbstractHTTPHandler):
        def http_open(self, request):
            return _open(request)

        https_open = http_open
        http_request = https_request = module.AbstractHTTPHandler.do_request_

    module.HTTPHandler = module.HTTPSHandler = HTTPHandler
    module._opener = None


def _patch_http(module):
    def open_url(url):
        """Fetches a text (as `pyodide.http.open_url`)."""
        import io

        return io.StringIO(_wait_for(url)[1].decode())

    module.open_url = open_url


def install():
    """Puts them in the place of those that need sockets or XMLHttpRequest, whenever they are imported."""
    after_import("urllib.request", _patch_urllib)
    after_import("pyodide.http", _patch_http)
