"""The collective discussion: planning, roll call, the room's screen, minutes and signatures."""
