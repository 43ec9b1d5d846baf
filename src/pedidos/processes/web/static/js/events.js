// The types of the events of an order.
export const ORDER_EVENTS = [
  "scheduled", "placed", "validated", "reserved", "charging", "paid", "confirmed", "preparing", "on_its_way", "delivered",
  "rejected", "unavailable", "declined", "expired", "cancelled", "refunded",
  "partly_refunded", "payment_delayed", "refund_delayed", "ready", "courier_assigned", "courier_left",
].map(type => `order.${type}`)
