"""The lines of a total, and why there is none, in words."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from pedidos.domain.pricing import LineKind, NoPrice

LINES: Mapping[LineKind, LazyString] = {
    LineKind.DELIVERY_FEE: _("Delivery"),
    LineKind.DISCOUNT: _("Coupon"),
    LineKind.TIP: _("Tip"),
}

NO_PRICE: Mapping[NoPrice, LazyString] = {
    NoPrice.NO_DELIVERY: _("This shop does not deliver. You can pick the order up."),
    NoPrice.LOCATION_NEEDED: _(
        "The fee of this shop depends on the distance: add the position on the map to the address."
    ),
    NoPrice.TOO_FAR: _("This shop does not deliver that far. You can pick the order up."),
    NoPrice.COUPON_UNKNOWN: _("This shop has no such coupon."),
    NoPrice.COUPON_NOT_NOW: _("This coupon is not valid now."),
    NoPrice.COUPON_MINIMUM: _("The products cost less than this coupon needs."),
    NoPrice.COUPON_USED_UP: _("This coupon is used up."),
    NoPrice.COUPON_USED_BY_YOU: _("You have used this coupon as often as one person may."),
}
