"""The gateway starts with no option of gunicorn that would break or weaken it without a word."""

import pytest
from gunicorn.config import Config

from gateway.server_options import refused

OWN = {"logger_class": ("ours",), "worker_class": ("gevent",)}
HARMLESS = {
    "config", "bind", "backlog", "workers", "worker_connections", "max_requests", "max_requests_jitter",
    "timeout", "graceful_timeout", "reload_engine", "reload_extra_files", "check_config", "print_config",
    "preload_app", "sendfile", "reuse_port", "chdir", "raw_env", "pidfile", "worker_tmp_dir", "user", "group", "umask",
    "initgroups", "forwarded_allow_ips", "disable_redirect_access_to_syslog", "errorlog", "loglevel", "capture_output",
    "syslog_addr", "syslog_prefix", "syslog_facility", "enable_stdio_inheritance", "proc_name", "pythonpath", "paste",
    "raw_paste_global_conf", "proxy_protocol", "uwsgi_allow_ips", "ssl_version", "cert_reqs", "ca_certs",
    "suppress_ragged_eofs", "do_handshake_on_connect", "ciphers", "http2_max_concurrent_streams",
    "http2_initial_window_size", "http2_max_frame_size", "http2_max_header_list_size", "asgi_loop", "asgi_lifespan",
    "asgi_disconnect_grace_period", "websocket_max_message_size", "http_parser", "dirty_apps", "dirty_workers",
    "dirty_timeout", "dirty_threads", "dirty_graceful_timeout", "control_socket", "control_socket_mode",
    "control_socket_disable",
}  # fmt: skip
"""Options of the command line that change how the gateway runs, or nothing at all, and never what it promises."""
REFUSED = {
    "accesslog": ["--access-logfile", "-"],
    "access_log_format": ["--access-logformat", "%(q)s"],
    "casefold_http_method": ["--casefold-http-method"],
    "certfile": ["--certfile", "cert.pem"],
    "daemon": ["--daemon"],
    "dogstatsd_tags": ["--dogstatsd-tags", "a:b"],
    "enable_backlog_metric": ["--enable-backlog-metric"],
    "forwarder_headers": ["--forwarder-headers", "SCRIPT_NAME"],
    "header_map": ["--header-map", "dangerous"],
    "http2_cleartext": ["--http2-cleartext", "both"],
    "http_protocols": ["--http-protocols", "h2,h1"],
    "keepalive": ["--keep-alive", "0"],
    "keyfile": ["--keyfile", "key.pem"],
    "limit_request_field_size": ["--limit-request-field_size", "0"],
    "limit_request_fields": ["--limit-request-fields", "0"],
    "limit_request_line": ["--limit-request-line", "0"],
    "logconfig": ["--log-config", "log.ini"],
    "logconfig_json": ["--log-config-json", "log.json"],
    "logger_class": ["--logger-class", "gunicorn.glogging.Logger"],
    "permit_obsolete_folding": ["--permit-obsolete-folding"],
    "permit_unconventional_http_method": ["--permit-unconventional-http-method"],
    "permit_unconventional_http_version": ["--permit-unconventional-http-version"],
    "protocol": ["--protocol", "uwsgi"],
    "proxy_allow_ips": ["--proxy-allow-from", "*", "--proxy-protocol", "v1"],
    "reload": ["--reload"],
    "root_path": ["--root-path", "/training"],
    "spew": ["--spew"],
    "statsd_host": ["--statsd-host", "127.0.0.1:8125"],
    "statsd_prefix": ["--statsd-prefix", "gateway"],
    "strip_header_spaces": ["--strip-header-spaces"],
    "syslog": ["--log-syslog"],
    "threads": ["--threads", "16"],
    "worker_class": ["--worker-class", "gthread"],
}


def options(*arguments):
    """Return gunicorn's options as our configuration file and a command line make them."""
    made = Config()
    for name, value in {
        "logger_class": "ours",
        "worker_class": "gevent",
        "forwarder_headers": "",
        "secure_scheme_headers": {},
    }.items():
        made.set(name, value)
    for name, value in vars(made.parser().parse_args(arguments)).items():
        if value is not None and name != "args":
            made.set(name, value)
    return made.settings


def test_nothing_is_wrong_with_our_own_configuration():
    assert refused(options(), {}, OWN) == []


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_weaken_the_gateway_is_refused_and_named(name):
    (told,) = refused(options(*REFUSED[name]), {}, OWN)
    assert told.startswith(f"gunicorn's {REFUSED[name][0]}: ")


def test_all_that_is_wrong_is_named_at_once():
    told = refused(options("--reload", "--spew", "--access-logfile", "-"), {"SCRIPT_NAME": "/training"}, OWN)
    assert [text.partition(":")[0] for text in told] == [
        "gunicorn's --access-logfile", "gunicorn's --reload", "gunicorn's --spew", "SCRIPT_NAME",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        ["--keep-alive", "5", "--worker-connections", "100"],
        ["--header-map", "refuse"],
        ["--log-syslog", "--disable-redirect-access-to-syslog"],
        ["--proxy-protocol", "v1"],
        ["--proxy-protocol", "v1", "--proxy-allow-from", "10.0.0.1"],
        ["--daemon", "--capture-output", "--error-logfile", "gateway.log"],
        ["--daemon", "--enable-stdio-inheritance"],
        ["--limit-request-line", "4000", "--limit-request-field_size", "16000"],
        ["--error-logfile", "gunicorn.log", "--log-level", "debug", "--preload", "--max-requests", "1000"],
    ],
)
def test_what_weakens_nothing_is_allowed(arguments):
    assert refused(options(*arguments), {"SCRIPT_NAME": ""}, OWN) == []


def test_a_log_configuration_of_a_file_is_refused():
    changed = Config()
    changed.set("logconfig_dict", {"version": 1})
    made = options() | {"logconfig_dict": changed.settings["logconfig_dict"]}
    assert [text.partition(":")[0] for text in refused(made, {}, OWN)] == ["gunicorn's logconfig_dict"]


def test_there_is_no_option_of_the_command_line_that_nobody_has_judged():
    asked = {name for name, option in Config().settings.items() if option.cli}
    assert asked == HARMLESS | set(REFUSED)
    assert set(REFUSED).isdisjoint(HARMLESS)
