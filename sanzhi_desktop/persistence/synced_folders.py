"""Folders that a synchroniser looks after, told by their names, by marks inside, by the system.

Lives here: the table of signs with its reasons, and finding them. Must not: refusing (`places`).

A synchroniser copies a database while it is written, puts the copy of another PC in its place, and
never takes the write-ahead log along at the same moment (sqlite.org/howtocorrupt.html, 1.2 to 1.4).
"""

import json
import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sanzhi_desktop.persistence import windows_registry
from sanzhi_desktop.persistence.windows_registry import Hive


class Match(StrEnum):
    """How much of a folder's name must be the product's."""

    WHOLE = "whole"  # a word that means other things too
    BEGINS = "begins"  # then no letter, digit or underscore: “OneDrive - 某局”, not “OneDriveTemp”
    WITHIN = "within"  # a name of nothing else: “我的坚果云”


@dataclass(frozen=True, slots=True)
class Sign:
    """What the folders of one product are called; a space may be left out."""

    product: str
    match: Match
    names: tuple[str, ...]
    why: str


SIGNS = (
    Sign("坚果云", Match.WITHIN, ("坚果云",), "Nutstore\\1\\我的坚果云 is where it begins"),
    Sign("坚果云", Match.BEGINS, ("nutstore",), "the folder above 我的坚果云; Nutstore Files"),
    Sign("百度网盘", Match.WITHIN, ("百度网盘", "百度云同步", "百度企业网盘"),
         "百度网盘同步空间, 百度网盘工作空间; what it only downloads is left out, see _LOCAL"),
    Sign("百度网盘", Match.BEGINS, ("baidusyncdisk", "baidunetdisk", "baidunetdiskworkspace"),
         "the folders of 同步空间 and 工作空间 on the disk; not BaiduNetdiskDownload"),
    Sign("WPS 云盘", Match.WITHIN, ("wps云盘", "wps网盘", "wps云文档", "wps同步", "wps企业云盘"),
         "WPS 云盘 in the user's folder and what it was called before and after"),
    Sign("WPS 云盘", Match.BEGINS, ("wpsdrive", "wps drive", "wps cloud files"),
         "the folder above WPS云盘; the one of older versions"),
    Sign("阿里云盘", Match.WITHIN, ("阿里云盘",), "the product alone"),
    Sign("阿里云盘", Match.BEGINS, ("aliyundrive", "adrive"), "as its programs call themselves"),
    Sign("腾讯微云", Match.WITHIN, ("腾讯微云", "微云同步"), "微云同步助手, 微云同步盘"),
    Sign("腾讯微云", Match.WHOLE, ("微云", "weiyun"), "微云 begins other words"),
    Sign("天翼云盘", Match.WITHIN, ("天翼云盘", "天翼企业云盘", "天翼云同步"), "the product alone"),
    Sign("天翼云盘", Match.WHOLE, ("ecloud",), "short, and begins other names"),
    Sign("运营商云盘", Match.WITHIN, ("移动云盘", "和彩云", "联通云盘", "沃云盘"), "products alone"),
    Sign("网盘", Match.WITHIN, ("115网盘", "夸克网盘", "迅雷云盘", "360云盘", "360安全云盘",
                                "华为云盘", "金山云盘", "曲奇云盘"), "products alone"),
    Sign("企业网盘", Match.WITHIN, ("联想企业网盘", "联想filez", "够快云库", "亿方云", "燕麦云"),
         "what institutions buy; each mirrors a folder"),
    Sign("企业微信微盘", Match.WITHIN, ("企业微信微盘",), "the product alone"),
    Sign("企业微信微盘", Match.BEGINS, ("wedrive",), "its folder on the disk"),
    Sign("企业微信微盘", Match.WHOLE, ("微盘",), "ends and begins other words"),
    Sign("钉盘", Match.WITHIN, ("钉钉云盘", "钉钉钉盘"), "the product alone"),
    Sign("钉盘", Match.BEGINS, ("dingdrive",), "its folder on the disk"),
    Sign("钉盘", Match.WHOLE, ("钉盘",), "short"),
    Sign("飞书云盘", Match.WITHIN, ("飞书云盘", "飞书云空间"), "the product alone"),
    Sign("同步盘", Match.WITHIN, ("同步盘",), "the word means nothing else"),
    Sign("OneDrive", Match.BEGINS, ("onedrive",), "“OneDrive - 某局”; not OneDriveTemp"),
    Sign("iCloud", Match.BEGINS, ("icloud", "icloud drive"), "Windows and Mac"),
    Sign("iCloud", Match.WHOLE, ("com~apple~clouddocs",), "its folder on a Mac"),
    Sign("Dropbox", Match.BEGINS, ("dropbox",), "Dropbox (单位)"),
    Sign("Google Drive", Match.BEGINS, ("google drive", "google 云端硬盘", "我的云端硬盘",
                                        "共享云端硬盘"), "the drive and what stands in it"),
    Sign("Google Drive", Match.WHOLE, ("my drive", "shared drives"), "what stands in the drive"),
    Sign("群晖", Match.BEGINS, ("synology drive", "synology cloud station", "cloud station"),
         "where its client begins"),
    Sign("NAS", Match.BEGINS, ("qsync", "ugreen sync"), "clients of other makers"),
    Sign("NAS", Match.WITHIN, ("极空间", "绿联云"), "products alone"),
    Sign("Nextcloud", Match.BEGINS, ("nextcloud", "owncloud"), "where their clients begin"),
    Sign("Seafile", Match.BEGINS, ("seafile", "seadrive", "seadrive_root"), "libraries, the drive"),
    Sign("Syncthing", Match.BEGINS, ("syncthing", "resilio sync", "btsync"), "where they begin"),
    Sign("Box", Match.WHOLE, ("box sync",), "“Box” alone is a word"),
    Sign("MEGA", Match.WHOLE, ("megasync", "mega sync"), "“Mega” alone is a word"),
    Sign("pCloud", Match.BEGINS, ("pcloud drive", "pcloud sync"), "the drive and the mirror"),
    Sign("Proton Drive", Match.BEGINS, ("proton drive",), "the product alone"),
    Sign("Yandex Disk", Match.BEGINS, ("yandexdisk", "yandex.disk"), "the product alone"),
)  # fmt: skip

# A folder of what was fetched by hand is mirrored nowhere.
_LOCAL = re.compile("下载|安装包|download")

# What stands at the top of a mirrored folder, whatever that is called: name, is it a file, product.
MARKS = (
    (".dropbox", True, "Dropbox"),  # in a user's folder it is a folder with settings
    (".dropbox.cache", False, "Dropbox"),
    (".stfolder", False, "Syncthing"),
    (".sync/ID", True, "Resilio Sync"),  # .sync alone is anybody's
    (".SynologyWorkingDirectory", False, "Synology Drive"),
    (".owncloudsync.log", True, "ownCloud"),
    (".nextcloudsync.log", True, "Nextcloud"),
    (".tmp.driveupload", False, "Google Drive"),
    (".megaignore", True, "MEGA"),
)

_VARIABLES = ("OneDrive", "OneDriveCommercial", "OneDriveConsumer")


def synced(path: Path) -> str:
    """The folder above an absolute path that is mirrored elsewhere, in words; "" when none is."""
    for folder in path.parents:
        if by_name(folder.name):
            return folder.name
    for folder in path.parents:
        mark = _mark(folder)
        if mark:
            return f"{folder}（{mark}）"
    for root in (*_from_environment(), *_from_dropbox(), *_from_registry()):
        if root.name and path.is_relative_to(root):
            return str(root)
    return ""


def by_name(folder: str) -> str:
    """The product whose folders are called like this; "" unknown."""
    name = unicodedata.normalize("NFKC", folder).casefold().strip()
    if _LOCAL.search(name):
        return ""
    return next((sign.product for sign in SIGNS if _fits(sign, name)), "")


def _fits(sign: Sign, name: str) -> bool:
    words = "|".join(re.escape(one).replace(r"\ ", r"\s*") for one in sign.names)
    if sign.match is Match.WHOLE:
        return re.fullmatch(words, name) is not None
    if sign.match is Match.BEGINS:
        return re.match(f"(?:{words})(?![0-9a-z_])", name) is not None
    return re.search(words, name.replace(" ", "")) is not None


def _mark(folder: Path) -> str:
    for name, is_file, product in MARKS:
        mark = folder / name
        try:
            if mark.is_file() if is_file else mark.exists():
                return f"其中有 {product} 的 {name}"
        except OSError:
            continue  # a folder that may not be looked into hides its marks
    return ""


def _from_environment() -> Iterator[Path]:
    for name in _VARIABLES:
        root = os.environ.get(name)
        if root:
            yield Path(root)


def _from_dropbox() -> Iterator[Path]:
    """Where Dropbox itself says that its folders are: they may be called anything."""
    folders = [os.environ.get("APPDATA"), os.environ.get("LOCALAPPDATA")]
    places = [Path(folder) / "Dropbox" for folder in folders if folder]
    home = os.environ.get("HOME")
    places.extend([Path(home) / ".dropbox"] if home else [])
    for place in places:
        try:
            told = json.loads((place / "info.json").read_text("utf-8"))
            roots = [Path(account["path"]) for account in told.values()]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
        yield from roots


def _from_registry() -> Iterator[Path]:
    """What is registered with Windows as mirrored: libraries of a team stand there too, in folders
    that are called like the institution."""
    roots = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer\SyncRootManager"
    for name in windows_registry.keys(Hive.MACHINE, roots):
        users = windows_registry.values(Hive.MACHINE, rf"{roots}\{name}\UserSyncRoots")
        yield from map(Path, users.values())
    engines = r"SOFTWARE\SyncEngines\Providers\OneDrive"
    for name in windows_registry.keys(Hive.USER, engines):
        point = windows_registry.values(Hive.USER, rf"{engines}\{name}").get("MountPoint")
        if point:
            yield Path(point)
