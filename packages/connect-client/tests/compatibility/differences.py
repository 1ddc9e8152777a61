"""What differs from connect-openapi-client 35.0 on purpose: the cases, each with its reason."""

DIFFERENCES = {
    "a_post_that_the_server_may_have_done": "A POST that may have been done is never repeated.",
    "calls_that_read_a_set": "Pages overlap by a row, so that lists may move while they are read.",
    "default_headers_win_over_those_of_a_call": "The headers of a call are the more exact ones.",
    "double_negations": "A negation is lost there: ~~R(a='b') is not(eq(a,b)).",
    "empty_payloads": "An empty payload is a payload and is sent.",
    "negations": "The same conditions, written without not() around and() and or().",
    "open_slices": "rs[20:] is read to the end; there it is refused.",
    "repeated_conditions": "A condition that stands twice is sent twice; the result is equal.",
    "the_text_for_no_connection": "The text names the problem; there it is 'Unexpected error'.",
    "verbs_and_payloads": "bulk_delete returns the response; there it returns None.",
}
