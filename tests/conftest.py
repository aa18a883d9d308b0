"""What every test process needs."""

from twin.motion import keep_compiled

# Each worker of the suite would compile the robots' functions anew otherwise.
keep_compiled()
