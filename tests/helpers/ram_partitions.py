"""A node's flash in RAM: partitions by label, each a chip of its own that tells what it did.

Smaller than on a board, so that a ring comes round within a test.
"""

from nor_flash import SECTOR, NorFlash

_SECTORS = {"identity": 2, "settings": 4, "registers": 4, "events": 4, "history": 4}


class RamPartitions:
    """Called with a label, as node.storage.Storage wants it. `done`: (label, erase?) in order."""

    def __init__(self):
        self.done = []
        self.memory = {}
        self.refusing = ()  # labels of partitions whose cells take nothing any more
        for label, sectors in _SECTORS.items():
            self.memory[label] = bytearray(b"\xff" * (sectors * SECTOR))

    def __call__(self, label):
        return _Chip(self, label)

    def programmed(self):
        """Labels of what was programmed since the last call, each run of one label once."""
        labels = []
        for label, erase in self.done:
            if not erase and labels[-1:] != [label]:
                labels.append(label)
        del self.done[:]
        return labels

    def spoil(self, label, copy):
        """Damage copy 0 or 1 of a document, behind its head."""
        memory = self.memory[label]
        memory[copy * len(memory) // 2 + 40] ^= 0x55

    def records(self, label):
        """The records of 64 bytes in a partition that are not blank, heads left out."""
        memory, found = self.memory[label], []
        for at in range(0, len(memory), 64):
            record = bytes(memory[at : at + 64])
            if at % SECTOR and record != b"\xff" * 64:
                found.append(record)
        return found


class _Chip(NorFlash):
    def __init__(self, partitions, label):
        super().__init__(partitions.memory[label], 0, None, self._note)
        self._partitions = partitions
        self._label = label

    def _note(self, _flash, erase, _at, _data):
        self._partitions.done.append((self._label, erase))

    def burn(self, at, data):
        if self._label not in self._partitions.refusing:
            super().burn(at, data)
