"""What differs from connect-openapi-client 35.0 on purpose: the cases, each with its reason."""

DIFFERENCES = {
    "a_call_that_no_mock_expects": "An error of its own, which no program takes for a failed call.",
    "a_post_that_the_server_may_have_done": "A POST that may have been done is never repeated.",
    "a_status_of_too_many_requests": "A server that asks to come later has not done the call.",
    "a_value_of_none": "None is a value; there it is a TypeError.",
    "answers_that_end_before_the_first_row": "There is no row; there StopIteration is raised.",
    "attributes_of_conditions": "R has no parts to look at: op, children, negated.",
    "calls_that_read_a_set": "Pages overlap by a row, so that lists may move while they are read.",
    "default_headers_win_over_those_of_a_call": "The headers of a call are the more exact ones.",
    "double_negations": "A negation is lost there: ~~R(a='b') is not(eq(a,b)).",
    "empty_payloads": "An empty payload is a payload and is sent.",
    "errors_of_another_shape": "The error keeps the body, of whichever shape.",
    "json_of_another_media_type": "JSON is decoded under each of its media types.",
    "json_that_cannot_be_read": "The text names the problem; there it is '200 Ok'.",
    "negations": "The same conditions, written without not() around and() and or().",
    "open_slices": "rs[20:] is read to the end; there it is refused.",
    "repeated_conditions": "A condition that stands twice is sent twice; the result is equal.",
    "the_method_that_execute_receives": "Methods are in upper case, as on the wire.",
    "the_text_for_no_connection": "The text names the problem; there it is 'Unexpected error'.",
    "values_with_signs_of_rql": "A value that contains signs of RQL is quoted, and stays a value.",
    "verbs_and_payloads": "bulk_delete returns the response; there it returns None.",
}
