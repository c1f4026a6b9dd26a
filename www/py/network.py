"""The network for code that knows nothing of promises: `urllib` and `open_url` over the `fetch` that the page allows or not."""

import asyncio

from pyodide.ffi import JsException, can_run_sync, run_sync

from .packages import after_import

_NO_WAITING = (
    "this browser can't wait for the network inside of ordinary code: use `await pyodide.http.pyfetch(url)` instead"
)


async def _fetch(url, **options):
    from pyodide.http import pyfetch

    response = await pyfetch(url, **options)
    return response, await response.bytes()


def _wait_for(url, timeout=None, **options):
    """The response to a request and its bytes; as an `URLError` what went wrong."""
    import urllib.error

    if not can_run_sync():
        raise urllib.error.URLError(_NO_WAITING)
    try:
        return run_sync(asyncio.wait_for(_fetch(url, **options), timeout))
    except TimeoutError:
        raise TimeoutError("timed out") from None
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

    # Servers have to allow a header of one's own, and few know this one.
    headers = {name: value for name, value in request.header_items() if name.lower() != "user-agent"}
    options = {"method": request.get_method(), "headers": headers}
    if isinstance(request.timeout, (int, float)):
        options["timeout"] = request.timeout
    if (body := _bytes_of(request.data)) is not None:
        options["body"] = bytes(body)
    response, content = _wait_for(request.full_url.partition("#")[0], **options)
    headers = email.message.Message()
    for name, value in response.headers.items():
        if name.lower() not in ("content-encoding", "content-length"):  # what has come is unpacked
            headers[name] = value

    class Answer(urllib.response.addinfourl):
        def getheader(self, name, default=None):
            return self.headers.get(name, default)

        def getheaders(self):
            return self.headers.items()

    answer = Answer(io.BytesIO(content), headers, request.full_url, response.status)
    answer.msg = answer.reason = response.status_text
    return answer


def _patch_urllib(module):
    base = module.AbstractHTTPHandler

    class HTTPHandler(base):
        def http_open(self, request):
            return _open(request)

        http_request = base.do_request_

    class HTTPSHandler(base):
        def __init__(self, debuglevel=None, context=None, check_hostname=None):
            super().__init__(debuglevel)  # what a browser takes for a secure connection is its own affair

        def https_open(self, request):
            return _open(request)

        https_request = base.do_request_

    build = module.build_opener

    def build_opener(*handlers):
        opener = build(*handlers)
        if not any(isinstance(handler, HTTPSHandler) for handler in opener.handlers):
            opener.add_handler(HTTPSHandler())  # without ssl there is none among the usual ones
        return opener

    module.HTTPHandler, module.HTTPSHandler, module.build_opener = HTTPHandler, HTTPSHandler, build_opener
    module._opener = None


def _patch_http(module):
    def open_url(url):
        """Fetches a text (as `pyodide.http.open_url`)."""
        import io

        return io.StringIO(_wait_for(url)[1].decode())

    module.open_url = open_url


def _patch_urllib3(module):
    """What `requests` stands on says what is missing where the browser can't suspend Python."""

    def wait(original):
        def send(request, *args):
            if not module.has_jspi():
                raise module._RequestError(_NO_WAITING, request=request, response=None)
            return original(request, *args)

        return send

    module.send_request = wait(module.send_request)
    module.send_streaming_request = wait(module.send_streaming_request)


def install():
    """Puts them in the place of those that need sockets or XMLHttpRequest, whenever they are imported."""
    after_import("urllib.request", _patch_urllib)
    after_import("pyodide.http", _patch_http)
    after_import("urllib3.contrib.emscripten.fetch", _patch_urllib3)
