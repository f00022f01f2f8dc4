"""Who this node is, as it tells controllers."""


class Identity:
    """unique_id    6 bytes, the chip's own (its MAC address)
    product      what kind of board, ASCII, at most 12 characters
    serial       of this board, ASCII, at most 12 characters
    maker        3-byte ECHONET maker code; FFFFFF is for experiments
    """

    def __init__(
        self, unique_id: bytes, product: str, serial: str = "", maker: bytes = b"\xff\xff\xff"
    ) -> None:
        self.unique_id = unique_id
        self.product = product
        self.serial = serial
        self.maker = maker
