"""A second payment simulator, with the shape of a provider of payment intents (as Stripe documents it).

POST /v1/payment_intents, .../ID/confirm, .../ID/capture, .../ID/cancel, POST /v1/refunds, GET /v1/payment_intents/ID;
bodies are forms, answers JSON. A POST with an Idempotency-Key gets the same answer for a day, and 400 with other
members. The token of the confirmation decides what happens, as in the other simulator (pedidos_gateway/tokens.py): a
refusal is 402 with a card error; troubles "before" happen at the confirmation, those "after" at the capture.

What happens is told by signed webhooks (events.py) to PEDIDOS_PAYMENT_EVENTS_URL, which can be made to come again,
early, late, in another order, or not at all: PUT /v1/faults, as in faults.py. GET /v1/book is as that of the other
simulator.
"""
