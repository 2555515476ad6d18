"""Who knocks: the routes, the visitor at the door and the pages people meet. The only room that knows Flask."""
