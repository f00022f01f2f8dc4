"""What the console's `status` answers, in rows: name, unit, what it says. For the host and docs.

Plain Python. The node does not read these rows; a test holds its answer against them.
"""

NAME = 0
UNIT = 1
SENTENCE = 2

STATUS = (
    ("board", "", "Which board it is."),
    ("firmware", "", "Its version."),
    ("name", "", "What the operator calls it."),
    ("grid", "", "The state of the grid."),
    ("waits_for", "", "What, besides the hold time, keeps loads from returning; else empty."),
    ("sense", "", "What is wrong with a sense of the grid; else empty."),
    ("calibrated", "", "Whether the level of the grid is measured with a calibrated converter."),
    ("clock", "", "Whether it is `never set`, `held` or `synchronised`."),
    ("power_w", "W", "What all outputs draw, as last measured."),
    ("budget_w", "W", "What an island may draw while that is in force; else -1."),
    ("cycles", "", "Rounds of the control path, modulo 2^24."),
    ("broken_cycles", "", "Rounds that broke off; the next made each good."),
    ("longest_cycle_ms", "ms", "The longest time between two rounds: what held everything up."),
    ("watchdog_feeds", "", "How often the watchdog was fed: twice a second."),
    ("faults", "", "Faults of jobs that the console has told."),
    ("restarts", "", "Jobs that crashed, ended or stalled, and were started again."),
    ("refused_settings", "", "Settings that were refused at the start; their defaults are used."),
    ("boots", "", "Starts since the registers were made."),
    ("vfs", "", "How the start-up found the file system."),
    ("storage", "", "`damaged` if something in flash could not be read."),
    ("flash_faults", "", "Writes that the flash did not take."),
    ("flash_in_hand", "", "Erased sectors that the registers can go on with, as far as known."),
    ("flash_waits", "", "What has none left and waits until one may be erased."),
    ("events", "", "Number of the last event in the log."),
    ("load_faults", "", "Circuits whose relay or meter is not to be believed, with the cause."),
    ("missed_samples", "", "Reads that metering chips did not answer, or garbled."),
    ("missed_sky", "", "Reads that the photocell of a lamp did not answer, or garbled."),
    ("answered", "", "ECHONET Lite requests answered."),
    ("discarded", "", "Datagrams that are no ECHONET Lite frame."),
    ("withheld", "", "Answers beyond what one controller is given a second."),
    ("too_long", "", "Datagrams that are longer than a frame may be."),
    ("empty", "", "Datagrams of no bytes, after which the socket is opened anew."),
    ("unsent", "", "Datagrams dropped in sending."),
    ("heap_free", "bytes", "Free memory, after a collection."),
    ("heap_lowest", "bytes", "The least that was free, garbage not counted; seen twice a second."),
    ("heap_largest", "bytes", "The largest piece of it; tried for up to 16 KiB."),
)
