from bench.browser import keep


def test_a_browser_keeps_what_is_set_and_gives_up_what_is_ended():
    cookies = {"sign_in": "sealed", "other": "1"}
    head = (
        b"HTTP/1.1 302 FOUND\r\nSet-Cookie: session=abc; HttpOnly; Path=/; SameSite=Lax\r\n"
        b"set-cookie: sign_in=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/\r\n\r\n"
    )
    keep(cookies, head)
    assert cookies == {"session": "abc", "other": "1"}
