"""Everything that can go wrong, as one tree below ``GatewayError``; each class stands here by its name.

A class is a stable code and what belongs to the error itself. A foreign library's exception becomes one of them in the
package that knows the library. None of them knows a page: the status, the sentences and the button with which it is
shown are a row in ``gateway/web/error_pages.py``. What the operator needs to know besides stands in ``note`` and goes
to the log, never to the page.
"""

from gateway.errors.accounts import *
from gateway.errors.handoff import *
from gateway.errors.launches import *
from gateway.errors.links import *
from gateway.errors.memory import *
from gateway.errors.request import *
from gateway.errors.root import *
from gateway.errors.seats import *
from gateway.errors.sign_in import *
from gateway.errors.storefronts import *
from gateway.errors.talentlms import *
