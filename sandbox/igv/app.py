"""What the simulated iGV serves: login, orders, deliveries, the merchant's calls, `/admin`."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.igv.caller import Caller
from sandbox.igv.platform import Platform
from sandbox.igv.signatures import merchant_signed
from sandbox.sender import admin_routes, asked, post

type _Take = Callable[[int, dict[str, Any]], None]

_BASE = "/merchant-api"


def create_app(base_url: str, given: Mapping[str, Any]) -> Starlette:
    """Return the application for a caller that was given this."""
    return app_of(Platform(Caller(**given), time.time, post))


def app_of(platform: Platform) -> Starlette:
    """Return what a platform serves."""
    seller, merchant = _Seller(platform), _Merchant(platform)
    order = f"{_BASE}/seller/order/{{order_id:int}}"

    async def pay(request: Request) -> Response:
        wanted = await asked(request)
        order_id, buyer_id = int(wanted.get("order_id", 0)), str(wanted.get("buyer_id", "88001"))
        lost = bool(wanted.get("lost"))
        made = await run_in_threadpool(platform.pay, order_id, buyer_id, lost=lost)
        return JSONResponse({"order_id": made}, status_code=201)

    async def rotate(request: Request) -> Response:
        """Take another `secret_key`, `password` or `public_key`, at once and without overlap."""
        platform.caller = replace(platform.caller, **await asked(request))
        return JSONResponse({})

    return Starlette(
        routes=[
            Route(f"{_BASE}/seller/auth/login", seller.login, methods=["POST"]),
            Route(f"{_BASE}/seller/order", seller.orders, methods=["POST"]),
            Route(f"{order}/deliver", seller.delivered, methods=["GET"]),
            Route(f"{order}/deliver", seller.deliver, methods=["POST"]),
            Route(f"{order}/deliver-error", seller.deliver_error, methods=["POST"]),
            Route(f"{_BASE}/seller/partner/order", merchant.orders, methods=["POST"]),
            Route(f"{_BASE}/pay-fac/{{merchant}}/v1/user", merchant.user, methods=["POST"]),
            *admin_routes(platform, orders=pay, rotate=rotate),
        ]
    )


class _Seller:
    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def login(self, request: Request) -> Response:
        wanted = await asked(request)
        data = self._platform.log_in(wanted.get("email"), wanted.get("password"))
        if data is None:
            return _answer("20001", "Account or password error.")
        return _answer("0000", "Success", data)

    async def orders(self, request: Request) -> Response:
        return self._faulty(request) or _ok(self._platform.listed(await asked(request)))

    async def delivered(self, request: Request) -> Response:
        faulty = self._faulty(request)
        return faulty or _ok(self._platform.deliveries.get(request.path_params["order_id"], []))

    async def deliver(self, request: Request) -> Response:
        return await self._told(request, self._platform.deliver)

    async def deliver_error(self, request: Request) -> Response:
        return await self._told(request, self._platform.fail)

    async def _told(self, request: Request, take: _Take) -> Response:
        if (faulty := self._faulty(request)) is not None:
            return faulty
        order_id = request.path_params["order_id"]
        if order_id not in self._platform.orders:
            return _answer("30001", "Order does not exist.")
        take(order_id, await asked(request))
        if self._platform.hit("deliveries_lost"):
            return JSONResponse({"message": "upstream"}, status_code=503)
        return _ok(True)

    def _faulty(self, request: Request) -> Response | None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not self._platform.knows(token):
            return _answer("401", "Token is invalid or expired.", status=401)
        return _outage(self._platform)


class _Merchant:
    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def user(self, request: Request) -> Response:
        if (faulty := await self._faulty(request)) is not None:
            return faulty
        number = str((await asked(request))["merchantUserNo"])
        user = self._platform.users.setdefault(number, str(7_000_000 + len(self._platform.users)))
        return _ok({"userId": user, "authorizationCode": f"once-{len(self._platform.nonces)}"})

    async def orders(self, request: Request) -> Response:
        faulty = await self._faulty(request)
        return faulty or _ok(self._platform.listed(await asked(request)))

    async def _faulty(self, request: Request) -> Response | None:
        platform, headers = self._platform, request.headers
        body, query = await request.body(), dict(request.query_params)
        nonce = headers.get("nonce", "")
        fresh = abs(int(headers.get("timestamp", "0")) - platform.now()) <= 300
        signed = merchant_signed(platform.caller.public_key, headers, query, body)
        if not signed or not fresh or nonce in platform.nonces:
            return _answer("10003", "Request signature error.")
        platform.nonces.add(nonce)
        if platform.hit("not_stored"):
            return _answer("10004", "Server persistence error.")
        return _outage(platform)


def _outage(platform: Platform) -> Response | None:
    if platform.hit("errors"):
        return JSONResponse({"message": "unavailable"}, status_code=503)
    return JSONResponse({}, status_code=429) if platform.hit("busy") else None


def _ok(data: Any) -> Response:
    return _answer("0000", "Success", data)


def _answer(code: str, message: str, data: Any = None, status: int = 200) -> Response:
    moment = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    fields = {"code": code, "msg": message, "time": moment, "data": data}
    return JSONResponse(fields, status_code=status)
