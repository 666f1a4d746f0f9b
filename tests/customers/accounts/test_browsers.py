"""A shop in a browser, on an origin of its own, may send what tells where it is and who visits."""

import httpx

from customer_gql.app import create_app
from customer_gql.settings import load_settings


async def test_the_headers_of_a_storefront_pass_the_preflight(database_url):
    app = create_app(load_settings(database_url=database_url, cors_origins="https://shop.example.com"))
    asked = {
        "Origin": "https://shop.example.com",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,x-store-view,x-visitor",
    }
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as http:
        allowed = await http.options("/graphql", headers=asked)
        refused = await http.options("/graphql", headers={**asked, "Origin": "https://evil.example.net"})
        unknown = await http.options("/graphql", headers={**asked, "Access-Control-Request-Headers": "x-other"})
        for_servers = [
            await http.options("/graphql", headers={**asked, "Access-Control-Request-Headers": name})
            for name in ("x-storefront-token", "x-shopper-address")
        ]
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, "https://shop.example.com")
    assert refused.status_code == unknown.status_code == 400
    assert "access-control-allow-origin" not in refused.headers
    for answer in [allowed, *for_servers]:
        told = answer.headers["access-control-allow-headers"].lower()
        assert not {"x-storefront-token", "x-shopper-address"} & set(told.split(", "))
    assert [answer.status_code for answer in for_servers] == [400, 400]
