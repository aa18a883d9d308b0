"""Where an arm is for given joint angles, and which joint angles put it there."""
