"""Claims about gateways, each against a real server."""

import json
import socket
import time
from contextlib import closing

import paho.mqtt.client as paho
import pytest
from amqtt.broker import Broker
from asyncua import Node, Server
from paho.mqtt.enums import CallbackAPIVersion
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from tests.bridge.gateways.servers import running
from twin.bridge.gateways.mapping import load_map
from twin.bridge.gateways.publish import Publisher
from twin.bridge.gateways.source import SourceError, open_source
from twin.kernel.states import State

SIGNALS = """
[signals.state]
station = "mill"
meaning = "state"
at = "{state}"
[signals.count]
station = "mill"
meaning = "count"
at = "{count}"
"""


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def read(tmp_path):
    """Return a function that opens what a mapping describes."""
    opened = []

    def make(kind, address, state, count, **options):
        path = tmp_path / "map.toml"
        more = "".join(f"{name} = {json.dumps(value)}\n" for name, value in options.items())
        text = f'kind = "{kind}"\naddress = "{address}"\n{more}'
        path.write_text(text + SIGNALS.format(state=state, count=count))
        opened.append(open_source(load_map(path)))
        return opened[-1]

    yield make
    for source in opened:
        source.close()


def collect(source, wanted, seconds=10.0):
    """Return (signal, value) as they come, until there are as many as wanted."""
    found, until = [], time.monotonic() + seconds
    while len(found) < wanted and time.monotonic() < until:
        found += [(sample.signal.name, sample.value) for sample in source.poll()]
        time.sleep(0.01)
    return found


@pytest.fixture
def opcua():
    port = free_port()

    async def start():
        server = Server()
        await server.init()
        server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/")
        space = await server.register_namespace("urn:test")
        objects = server.nodes.objects
        state = await objects.add_variable(f"ns={space};s=State", "State", 4)
        count = await objects.add_variable(f"ns={space};s=Count", "Count", 0)
        await objects.add_variable(f"ns={space};s=Level", "Level", 1.0)
        await server.start()
        return (f"opc.tcp://127.0.0.1:{port}/", state, count), server.stop

    with running(start) as found:
        yield found


def test_opc_ua_changes_between_two_publications_are_not_lost(opcua, read):
    (address, state, count), do = opcua
    source = read("opcua", address, state.nodeid.to_string(), count.nodeid.to_string())
    first = collect(source, 2)

    async def change():
        for number in range(1, 41):
            await count.write_value(number)
            await state.write_value(6 if number % 2 else 5)

    do(change())
    found = collect(source, 80)

    assert sorted(first) == [("count", 0), ("state", 4)]
    assert [value for name, value in found if name == "count"] == list(range(1, 41))
    assert [value for name, value in found if name == "state"] == [6, 5] * 20
    assert source.unseen == 0
    assert "publishing interval" in source.facts()[0]
    assert source.facts()[1] == (
        "sampling interval 50 ms, queue of 100 (asked for 50 ms and 100): 2 nodes"
    )


def test_opc_ua_changes_that_a_short_queue_lost_are_counted(opcua, read):
    (address, state, count), do = opcua
    nodes = (state.nodeid.to_string(), count.nodeid.to_string())
    source = read("opcua", address, *nodes, queue=2, interval="300 ms")
    collect(source, 2)

    async def change():
        for number in range(1, 21):
            await count.write_value(number)

    do(change())
    found = [value for name, value in collect(source, 2) if name == "count"]

    assert found == [19, 20]
    assert source.unseen == 18
    assert source.facts()[-1].endswith("18 changes were not seen")


def test_opc_ua_a_controller_with_packml_tags_is_read_by_their_names(tmp_path):
    tags = {
        "Status.StateCurrent": 6,
        "mill.Status.StateCurrent": 6,
        "mill.Status.MachSpeed": 1.0,
        "mill.Admin.ProdProcessedCount": 7,
        "mill.Admin.StateCumulativeTime": [0, 1, 2],
    }
    publisher = Publisher("cell", free_port(), tags)
    path = tmp_path / "map.toml"
    text = f'kind = "opcua"\naddress = "{publisher.address}"\n[packml.mill]\n'
    path.write_text(text + 'at = "ns=2;s=mill"\n')
    mapping = load_map(path)
    with closing(publisher), closing(open_source(mapping)) as source:
        first = collect(source, 2)
        publisher.show(tags | {"mill.Status.StateCurrent": 5, "mill.Status.MachSpeed": 0.5})
        then = collect(source, 1)

    assert sorted(first) == [("mill.ProdProcessedCount", 7), ("mill.StateCurrent", 6)]
    assert then == [("mill.StateCurrent", 5)]
    assert mapping.signals[0].state(5) is State.STARVED


def test_opc_ua_a_count_that_is_no_number_for_a_while_stops_nothing(opcua, read):
    (address, state, _), do = opcua
    level = Node(state.session, "ns=2;s=Level")
    source = read("opcua", address, state.nodeid.to_string(), "ns=2;s=Level")
    collect(source, 2)

    async def change():
        for value in (float("nan"), float("inf"), 4.0):
            await level.write_value(value)

    do(change())
    found = collect(source, 3)

    assert found[-1] == ("count", 4.0)
    assert source.unseen == 2


def test_opc_ua_a_name_that_is_not_below_its_node_is_named(opcua, read):
    (address, state, _), _ = opcua
    with pytest.raises(SourceError, match=r"no 'Admin' below ns=2;s=State"):
        read("opcua", address, state.nodeid.to_string(), "ns=2;s=State > Admin > Count")


def test_opc_ua_a_node_that_is_not_there_is_named(opcua, read):
    (address, state, _), _ = opcua

    with pytest.raises(SourceError, match=r"signals\.count: ns=2;s=Nothing: .*"):
        read("opcua", address, state.nodeid.to_string(), "ns=2;s=Nothing")


@pytest.fixture
def modbus():
    port = free_port()

    async def start():
        values = [0] * 20
        device = SimDevice(1, simdata=[SimData(0, values=values, datatype=DataType.REGISTERS)])
        server = ModbusTcpServer(device, address=("127.0.0.1", port))
        await server.serve_forever(background=True)
        return (f"127.0.0.1:{port}", server), server.shutdown

    with running(start) as found:
        yield found


def test_modbus_edges_are_found_and_what_was_not_seen_is_counted(modbus, read):
    from pymodbus.client import ModbusTcpClient

    (address, _), _ = modbus
    source = read("modbus", address, "holding 3", "holding 10 uint32")
    first = collect(source, 2)
    client = ModbusTcpClient("127.0.0.1", port=int(address.split(":")[1]))
    client.connect()
    client.write_register(3, 6)
    client.write_registers(10, [1, 2])
    found = collect(source, 2)
    client.write_registers(10, [1, 7])
    found += collect(source, 1)
    client.close()

    assert first == [("state", 0.0), ("count", 0.0)]
    assert found == [("state", 6.0), ("count", 65538.0), ("count", 65543.0)]
    assert source.unseen == 65537 + 4
    assert source.poll() == []


def test_modbus_a_count_that_is_no_number_is_passed_over(modbus, read):
    from pymodbus.client import ModbusTcpClient

    (address, _), _ = modbus
    source = read("modbus", address, "holding 3", "holding 10 float32")
    client = ModbusTcpClient("127.0.0.1", port=int(address.split(":")[1]))
    client.connect()
    found = collect(source, 2)
    for words in ([0x7FC0, 0], [0x4080, 0]):  # not a number, 4
        client.write_registers(10, words)
        found += [(sample.signal.name, sample.value) for sample in source.poll()]
    client.close()

    assert found == [("state", 0.0), ("count", 0.0), ("count", 4.0)]
    assert source.unseen == 3


def test_modbus_a_register_that_is_not_there_is_named(modbus, read):
    (address, _), _ = modbus
    source = read("modbus", address, "holding 3", "holding 9999")

    with pytest.raises(SourceError, match=r"signals\.count: holding 9999: the server says"):
        source.poll()


@pytest.fixture
def broker():
    port = free_port()

    async def start():
        plugins = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
        listeners = {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}}
        broker = Broker({"listeners": listeners, "plugins": plugins})
        await broker.start()
        return f"127.0.0.1:{port}", broker.shutdown

    with running(start) as (address, _):
        publisher = paho.Client(CallbackAPIVersion.VERSION2)
        publisher.connect("127.0.0.1", port)
        publisher.loop_start()
        yield address, publisher
        publisher.disconnect()
        publisher.loop_stop()


def test_mqtt_values_deaths_and_lost_messages(broker, read):
    address, publisher = broker
    source = read("mqtt", address, "line/mill/DATA state", "line/mill/DATA count")
    time.sleep(0.2)

    def say(topic, content):
        publisher.publish(topic, json.dumps(content), qos=1).wait_for_publish(5)

    say("line/mill/DATA", {"state": 6, "count": 1, "seq": 254, "time": 1_700_000_000.5})
    say("line/mill/DATA", {"state": 6, "count": 2, "seq": 255})
    say("line/mill/DATA", {"count": 3, "seq": 3})
    say("line/mill/DEATH", {})
    say("line/mill/BIRTH", {"state": 5, "count": 3})
    say("line/mill/DATA", {"state": 5, "count": 4, "seq": 0})
    found = collect(source, 9)

    assert found == [
        ("state", 6),
        ("count", 1),
        ("count", 2),
        ("count", 3),
        ("state", None),
        ("count", None),
        ("state", 5),
        ("count", 3),
        ("count", 4),
    ]
    assert source.unseen == 3


def test_a_growing_file_is_read_to_its_last_whole_line(tmp_path, read):
    path = tmp_path / "events.csv"
    path.write_text("time,machine,event,parts\n1.5,mill,BUSY,3\n2,lathe,BUSY,1\n")
    source = read("csv", path, "event where machine = mill", "parts where machine = mill")

    assert collect(source, 2) == [("state", "BUSY"), ("count", 3.0)]
    with path.open("a") as file:
        file.write("2.5,mill,IDLE,4\nbad line\n3,mill,BU")
    assert collect(source, 2) == [("state", "IDLE"), ("count", 4.0)]
    with path.open("a") as file:
        file.write("SY,4\n")
    assert collect(source, 1) == [("state", "BUSY")]
    assert source.unseen == 1
    path.write_text("time,machine,event,parts\n9,mill,IDLE,0\n")
    assert collect(source, 2) == [("state", "IDLE"), ("count", 0.0)]


def test_a_file_that_is_put_away_and_lines_that_are_no_data_stop_nothing(tmp_path, read):
    path = tmp_path / "events.csv"
    path.write_text("time,event,parts\n1,BUSY,3\n")
    source = read("csv", path, "event", "parts")
    assert collect(source, 2) == [("state", "BUSY"), ("count", 3.0)]

    with path.open("a") as file:
        file.write("1e30,IDLE,4\nnan,IDLE,4\n2," + "x" * 200_000 + ",4\n")
    assert source.poll() == []
    assert source.unseen == 3
    path.rename(tmp_path / "events.1.csv")
    assert source.poll() == []
    path.write_text("time,event,parts\n3,IDLE,5\n")
    assert collect(source, 2) == [("state", "IDLE"), ("count", 5.0)]


@pytest.mark.parametrize(
    ("kind", "address", "text"),
    [
        ("opcua", "opc.tcp://127.0.0.1:{port}/", "no OPC UA server answers"),
        ("modbus", "127.0.0.1:{port}", "no Modbus server answers"),
        ("mqtt", "127.0.0.1:{port}", "no MQTT broker answers"),
        ("csv", "/nowhere/events.csv", "no such file"),
        ("modbus", "nonsense", "expected HOST:PORT"),
        ("mqtt", "nonsense", "expected HOST:PORT"),
    ],
)
def test_a_server_that_is_not_there_is_named(kind, address, text, read):
    at = {"modbus": "holding 1", "opcua": "ns=2;s=a"}.get(kind, "a")

    with pytest.raises(SourceError, match=text):
        read(kind, address.format(port=free_port()), at, at)
