"""A small client of the public API, for the demo and the end-to-end tests: signs in, and again when a token ends."""

from types import TracebackType
from typing import Any, Self

import aiohttp

REQUEST_SECONDS = 15.0
PREFIX = "/api/v1"


class ApiError(Exception):
    """The API refused: `status` and the stable `error_id` of its problem document."""

    def __init__(self, method: str, path: str, status: int, problem: dict[str, Any]) -> None:
        self.status = status
        self.error_id = str(problem.get("error_id", ""))
        self.problem = problem
        super().__init__(f"{method} {path}: {status} {self.error_id} {problem.get('detail') or problem.get('title')}")


class Api:
    """Signed in as one user.

    async with Api("http://127.77.12.1:8080", "admin", password) as api:
        tenants = await api.get("/tenants")
    """

    def __init__(self, url: str, username: str, password: str) -> None:
        self.url = url
        self._credentials = {"username": username, "password": password}
        self._token = ""
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=REQUEST_SECONDS))
        try:
            await self.sign_in()
        except BaseException:
            await self._session.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._session is not None
        await self._session.close()

    @property
    def token(self) -> str:
        """The access token at hand."""
        return self._token

    async def sign_in(self) -> None:
        """Get a new access token.  Raises ApiError."""
        self._token = ""
        answer = await self.call("POST", "/auth/token", self._credentials)
        self._token = answer["access_token"]

    async def get(self, path: str, **query: str | int) -> Any:
        return await self.call("GET", path, query=query)

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        return await self.call("POST", path, body)

    async def put(self, path: str, body: dict[str, Any]) -> Any:
        return await self.call("PUT", path, body)

    async def patch(self, path: str, body: dict[str, Any]) -> Any:
        return await self.call("PATCH", path, body)

    async def delete(self, path: str) -> Any:
        return await self.call("DELETE", path)

    async def send(self, path: str, data: bytes) -> Any:
        """PUT bytes, such as a file.  Raises ApiError."""
        assert self._session is not None
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/octet-stream"}
        async with self._session.put(self.url + PREFIX + path, data=data, headers=headers) as response:
            answer = await response.json(content_type=None) if response.content_length != 0 else None
            if response.status >= 400:
                raise ApiError("PUT", path, response.status, answer if isinstance(answer, dict) else {})
            return answer

    async def items(self, path: str, **query: str | int) -> list[dict[str, Any]]:
        """Return all items of a paged list, page by page."""
        found: list[dict[str, Any]] = []
        while True:
            page = await self.get(path, **query)
            found += page["items"]
            after = page.get("next")
            if not after:
                return found
            query["after"] = after

    async def call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        query: dict[str, str | int] | None = None,
        *,
        again: bool = True,
    ) -> Any:
        """Return the JSON of the answer, None where it has none.  Raises ApiError for 400 and above."""
        assert self._session is not None
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        request = self._session.request(method, self.url + PREFIX + path, json=body, params=query, headers=headers)
        async with request as response:
            if response.status == 401 and self._token and again:
                await self.sign_in()
                return await self.call(method, path, body, query, again=False)
            answer = await response.json(content_type=None) if response.content_length != 0 else None
            if response.status >= 400:
                raise ApiError(method, path, response.status, answer if isinstance(answer, dict) else {})
            return answer

    async def download(self, url: str) -> bytes:
        """Return what a presigned link leads to.  Raises aiohttp.ClientResponseError."""
        assert self._session is not None
        async with self._session.get(url, raise_for_status=True) as response:
            return await response.read()
