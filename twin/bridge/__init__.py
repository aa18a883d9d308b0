"""The bridge between the twin and a cell controller: protocol, transport, recorder, emulator."""
