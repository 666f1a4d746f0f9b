"""The service as it is served, with a switch that turns compiled plans off."""

import os

from customer_gql.app import create_app
from customer_gql.execution.http.endpoint import server
from customer_gql.execution.http.gc import freeze_gc
from customer_gql.execution.telemetry import logs
from customer_gql.settings import Settings


class Switched(Settings):
    compiled_plans: bool = True


def main() -> None:
    settings = Switched(port=int(os.environ["PORT"]))
    logs.configure_logging(settings.log_format)
    with server.bound(settings.host, settings.port) as listening:
        app = create_app(settings)
        freeze_gc()
        server.serve(app, listening)


if __name__ == "__main__":
    main()
