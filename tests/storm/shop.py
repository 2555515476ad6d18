"""What a shop tells in a storm, and a model of what has to come of it; all of it follows from a seed."""

from dataclasses import dataclass, replace

from schemas.order import Customer, LineItem, Order, OrderEvent, Refund

COURSES = {"INTRO": {12}, "SAFETY": {19}, "LAW": {34}, "SALES": {56}, "ALL": {12, 19, 34}}
BOSS = "boss@storm.example"
"""An administrator's account."""


@dataclass(frozen=True)
class Expected:
    """What a shop's orders come to.

    Attributes:
        enrolled: (e-mail, course) of each enrolment that an order gives.
        dead: by the id of each order that has a fault, the codes that it may be told with.
    """

    enrolled: set
    dead: dict


class Storm:
    """Orders, their changes and their refunds.

    Args:
        chance: ``random.Random`` of the seed.
        number: how many orders.
    """

    def __init__(self, chance, number):
        self._chance = chance
        self._people = [f"learner{index}@storm.example" for index in range(max(5, number // 3))]
        self._newest, self._refunds, self._events = {}, {}, []
        for index in range(number):
            self._order(f"o{index}")

    def deliveries(self):
        """Return the events as they are delivered: reordered, some of them twice or three times."""
        events = [event for event in self._events for _ in range(self._chance.choice((1, 1, 1, 2, 3)))]
        self._chance.shuffle(events)
        return events

    def expected(self):
        enrolled, dead = set(), {}
        for order in self._newest.values():
            refunds = self._refunds[order.id]
            if order.status != "paid" or None in refunds:
                continue
            back = [line_id for refund in refunds for line_id in refund]
            for line in order.lines:
                if line.id in back or not line.current:
                    continue
                email = (line.student or order.customer).email
                faults = {"unknown-sku"} if line.sku not in COURSES else set()
                faults |= {"no-email"} if not email else {"administrators-account"} if email == BOSS else set()
                if faults:
                    dead.setdefault(order.id, set()).update(faults)
                else:
                    enrolled |= {(email, course) for course in COURSES[line.sku]}
        return Expected(enrolled, dead)

    def _order(self, order_id):
        chance = self._chance
        lines = tuple(self._line(number) for number in range(chance.randint(1, 3)))
        order = Order(
            order_id, 1, chance.choice(("paid", "paid", "unpaid")), self._customer(""), lines, payment=f"pi-{order_id}"
        )
        self._tell(order)
        for version in range(2, chance.choice((2, 3, 4, 5))):
            status = chance.choice(("paid", "paid", "paid", "paid", "refunded", "cancelled", "unpaid"))
            kept = tuple(replace(line, current=chance.choice((0, 1, 1, 1))) for line in lines)
            # never nobody: a shop that erases its customer leaves them what they have, whatever that is by then
            customer = self._customer() if chance.random() < 0.1 else order.customer
            order = replace(order, version=version, status=status, customer=customer, lines=kept)
            self._tell(order)
        for number in range(chance.choice((0, 0, 0, 1, 2))):
            given_back = None if chance.random() < 0.3 else (chance.choice(lines).id,)
            self._refunds[order_id].append(given_back)
            parts = None if given_back is None else tuple((line_id, 1) for line_id in given_back)
            name = chance.choice((order_id, f"pi-{order_id}"))
            refund = Refund(f"r-{order_id}-{number}", name, parts)
            self._events.append(OrderEvent(f"refund-{refund.id}", "refund", refund=refund))

    def _tell(self, order):
        self._newest[order.id] = order
        self._refunds.setdefault(order.id, [])
        self._events.append(OrderEvent(f"{order.id}-{order.version}", "order", order=order))

    def _customer(self, *nobody):
        email = self._chance.choice([*self._people, *self._people, BOSS, *nobody])
        known = email in self._people and self._people.index(email) % 2
        return Customer(email, f"c-{email}" if known else "", "Kim", "Lee")

    def _line(self, number):
        chance = self._chance
        sku = chance.choice([*COURSES, *COURSES, "T-SHIRT"])
        student = Customer(chance.choice(self._people), "", "Mia", "Roe") if chance.random() < 0.2 else None
        return LineItem(f"l{number}", sku, 1, 1, student)
