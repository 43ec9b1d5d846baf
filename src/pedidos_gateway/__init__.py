"""The payment gateway simulator: a provider's HTTP server with its own book, which the platform does not trust.

The result of a charge depends on its token, as with the test cards of real providers:

| token                    | what happens                                                                           |
|--------------------------|----------------------------------------------------------------------------------------|
| tok_ok                   | captured at once                                                                       |
| tok_declined             | declined: insufficient_funds                                                           |
| tok_slow                 | captured and answered after 5 s                                                        |
| tok_timeout_after_charge | captured; the first request gets no answer for 60 s, then is cut; repeated: captured   |
| tok_error_then_ok        | first request: 500, nothing charged; then captured                                     |
| tok_error                | 500 at every request, nothing charged                                                  |
| tok_error_after_charge   | captured, but the first request is answered with 500; repeated: captured               |
| tok_cut                  | first request: connection cut, nothing charged; then captured                          |
| any other                | declined: unknown_token                                                                |

A decline is a normal answer (201, status "declined"), which is stored under its key and repeated.

POST /v1/charges/KEY/refunds with {"amount_cents": N} returns a part of a charge, once per Idempotency-Key: "refunded",
or "refused" if less than that is left. POST /v1/charges/KEY/undo returns what is left of it.

GET /v1/charges?since=SECONDS&after=KEY lists the charges that were made or refunded since then, by key, at most a
thousand; the next page begins after the last key.

A repeated request for a key whose charge is in progress gets 409 with Retry-After (as the IETF Idempotency-Key draft
says), rather than a connection that hangs: that client has already waited too long once.

Every request but /livez and /readyz needs a key, as Authorization: Bearer KEY. PEDIDOS_GATEWAY_KEY is the platform's,
for charges; PEDIDOS_GATEWAY_ADMIN_KEY is for /v1/faults and /v1/book, which no provider has.
"""
