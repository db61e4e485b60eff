"""A phone strapped to the shank: Sensor Logger's HTTP push becomes samples of a recording."""
