"""Set once this process is asked to end: runs finish what is on its way and begin nothing new."""

import threading

stopping = threading.Event()
