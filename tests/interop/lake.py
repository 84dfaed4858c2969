"""A Firn with a warehouse in which other engines read and write beside it."""
import dataclasses
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "end_to_end"))
import firn_process  # noqa: E402
import servers  # noqa: E402


@dataclasses.dataclass
class Lake:
    folder: pathlib.Path
    instance: firn_process.Firn
    warehouse: str
    s3_properties: dict
    catalog_name: str

    @property
    def catalog_file(self):
        return f"{self.folder}/lake/catalog.db"


# One table for each way of writing: glob of its name -> what is written into its section of the configuration.
KINDS = {"compatible": '    encoding = "compatible"\n', "compact": '    encoding = "compact"\n',
         "hosts": '    partition_by = ["day(time)", "host"]\n', "whole": "    partition_by = []\n"}


def make(folder, version=2, s3_endpoint=None, extra="", catalog_name="firn"):
    """A Firn that is not started yet. Spark knows a catalog by its name for as long as it runs: lakes that it reads differ in it. Format versions are the output's, so each has a lake of its own."""
    folder = pathlib.Path(folder)
    (folder / "lake").mkdir(parents=True, exist_ok=True)
    output = f'  format_version = {version}\n  catalog_name = "{catalog_name}"\n' + extra + (servers.s3_output(s3_endpoint) if s3_endpoint else "")
    output += "".join(f'  [[outputs.iceberg.tables]]\n    tables = "{kind}"\n{text}' for kind, text in KINDS.items())
    warehouse = f"s3://lake/{folder.name}" if s3_endpoint else f"file://{folder}/lake"
    config = firn_process.simple_config(extra_output=output, warehouse=warehouse if s3_endpoint else "lake")
    return Lake(folder, firn_process.Firn(folder, config), warehouse,
                servers.s3_properties(s3_endpoint) if s3_endpoint else {}, catalog_name)
