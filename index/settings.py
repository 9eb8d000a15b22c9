"""What an operator can set, read once from the environment or a `.env` file."""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AnyHttpUrl, Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from index import __version__
from index.errors import SettingsError
from index.public import Network as Network  # so that it can be had from here

AGENT = "council-planet"


class Settings(BaseSettings):
    """The settings of an installation, each from `PLANET_<NAME>`."""

    model_config = SettingsConfigDict(
        env_prefix="PLANET_", env_file=".env", extra="ignore", frozen=True
    )

    title: str = Field("Council Planet", min_length=1, description="The site's name")
    home: Path = Field(Path("var"), description="The folder for the database and the index")
    opml: Path = Field(Path("feeds.opml"), description="The list of blogs")
    database_url: str = Field("", description="Empty: a SQLite file in PLANET_HOME")
    search_url: str = Field("", description="Empty: a Tantivy index in PLANET_HOME")
    base_url: str = Field(
        "http://127.0.0.1:8000", description="The site's address, as others see it"
    )
    contact: str = Field("", description="An address or e-mail put in the User-Agent")
    hub: str = Field("", description="A WebSub hub that is told of new posts")
    outgoing: Annotated[tuple[Network, ...], NoDecode] = Field(
        (), description="The addresses that the crawler's requests come from, shown at /about"
    )
    allow_addresses: Annotated[tuple[Network, ...], NoDecode] = Field(
        (), description="Private networks the crawler may visit, comma-separated"
    )
    proxy: str = Field("", description="An HTTP proxy for the crawler")
    search_rate: int = Field(
        120, ge=0, description="Searches a minute that one network may make; 0: no limit"
    )
    submit_rate: int = Field(
        20, ge=0, description="Blogs an hour that one network may suggest; 0: no limit"
    )
    mail_from: str = Field("", description="The e-mail address that letters come from")
    smtp: str = Field(
        "", description="A mail server, as smtp://user:password@host:587 or smtps://…; empty: none"
    )
    behind: Annotated[tuple[Network, ...], NoDecode] = Field(
        (ip_network("127.0.0.0/8"), ip_network("::1")),
        description="Proxies in front of the site, whose X-Forwarded-For is believed",
    )
    delay: float = Field(2.0, gt=0, le=60, description="Seconds between two requests to one host")
    backfill: bool = Field(True, description="Whether new blogs' older posts are fetched unasked")
    backfill_delay: float = Field(
        5.0, gt=0, le=60, description="Seconds a host rests before and after each such request"
    )
    concurrency: int = Field(12, ge=1, le=64, description="Requests at once, over all hosts")
    timeout: float = Field(30, gt=0, le=300, description="Seconds a server is given to answer")
    parse_timeout: float = Field(20, gt=0, le=300, description="Seconds a feed is given to parse")
    parsers: int = Field(2, ge=1, le=16, description="Processes that parse feeds")
    spread: float = Field(
        30,
        ge=0,
        le=1440,
        description="Minutes over which the first visits to new blogs are spread",
    )

    @field_validator("allow_addresses", "behind", "outgoing", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
        return value

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str) -> str:
        AnyHttpUrl(value)
        return value.rstrip("/")

    @field_validator("smtp")
    @classmethod
    def _mail_server(cls, value: str, others: ValidationInfo) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("smtp", "smtps") or not parts.hostname):
            raise ValueError("give it as smtp://user:password@host:587 or smtps://host")
        if value and not others.data.get("mail_from"):
            raise ValueError("set PLANET_MAIL_FROM too, the address that letters come from")
        return value

    @field_validator("hub")
    @classmethod
    def _hub(cls, value: str) -> str:
        return str(AnyHttpUrl(value)) if value else ""

    @property
    def user_agent(self) -> str:
        """What the crawler calls itself: program, version, and whom to ask if that is set."""
        return f"{AGENT}/{__version__}" + (f" (+{self.contact})" if self.contact else "")

    @property
    def database(self) -> str:
        """The database's SQLAlchemy URL."""
        return self.database_url or f"sqlite:///{self.home / 'planet.db'}"

    @property
    def search(self) -> str:
        """The search engine's URL."""
        return self.search_url or f"tantivy://{self.home / 'index'}"


def read_settings(**overrides: object) -> Settings:
    """Return the settings; `overrides` come before the environment.

    Raises SettingsError with the name of the variable to mend.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = "PLANET_" + "_".join(str(part) for part in first["loc"][:1]).upper()
        raise SettingsError(f"{name} cannot be used: {first['msg']}.") from error
