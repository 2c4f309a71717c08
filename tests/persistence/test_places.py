"""Where a database may stand, and what a URL may say."""

import json
import sys
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence import places, synced_folders, windows_registry
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.places import file_system, refuse_unsafe, target

MOUNTS = """/dev/sda1 / ext4 rw 0 0
//server/share /mnt/office cifs rw 0 0
server:/export /mnt/office/old nfs4 rw 0 0
me@host: /mnt/my\\040files fuse.sshfs rw 0 0
/dev/sdb1 /mnt/office/local ext4 rw 0 0
gvfsd-fuse /run/user/1000/gvfs fuse.gvfsd-fuse rw 0 0
s3fs /mnt/s3 fuse.s3fs rw 0 0
a /mnt/gluster glusterfs rw 0 0
b /mnt/beegfs beegfs rw 0 0
c /mnt/gpfs gpfs rw 0 0
host /mnt/共享\\134目录 virtiofs rw 0 0
JuiceFS:office /mnt/juice fuse.juicefs rw 0 0
/dev/sdc1 /mnt/ntfs fuseblk rw 0 0
encfs /home/a/加密 fuse.encfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/a/x.db", "ext4"),
        ("/mnt/office/x.db", "cifs"),
        ("/mnt/office/old/x.db", "nfs4"),
        ("/mnt/office/local/x.db", "ext4"),
        ("/mnt/officers/x.db", "ext4"),
        ("/mnt/my files/x.db", "fuse.sshfs"),
    ],
)
def test_the_longest_mount_point_counts(path: str, kind: str) -> None:
    assert file_system(Path(path), MOUNTS) == kind


def _refusal(path: Path) -> DomainError:
    with pytest.raises(DomainError) as caught:
        refuse_unsafe(path)
    return caught.value


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX mounts")
def test_network_shares_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "_mounts", lambda: MOUNTS)
    for folder in (
        "/mnt/office", "//server/share", "/run/user/1000/gvfs/smb-share:server=nas", "/mnt/s3",
        "/mnt/gluster", "/mnt/beegfs", "/mnt/gpfs", "/mnt/共享\\目录", "/mnt/juice",
    ):  # fmt: skip
        assert _refusal(Path(folder) / "x.db").code is PersistenceFault.NETWORK_SHARE, folder
    for folder in ("/mnt/office/local", "/mnt/ntfs", "/home/a/加密", "/home/a"):
        refuse_unsafe(Path(folder) / "x.db")


def test_how_windows_names_a_share() -> None:
    windows: Any = places._on_share
    for named in (r"\\server\share\x.db", r"\\?\UNC\server\share\x.db"):
        assert windows(PurePosixPath(named))
    assert not windows(PurePosixPath(r"\\?\C:\三制\x.db"))


SYNCED = [
    "我的坚果云", "坚果云", "Nutstore", "Nutstore Files",
    "百度网盘", "百度网盘同步空间", "百度网盘工作空间", "BaiduSyncdisk", "BaiduNetdisk",
    "BaiduNetdiskWorkspace", "百度云同步盘",
    "WPS云盘", "WPS 云盘", "WPSDrive", "WPS Cloud Files", "WPS网盘", "WPS云文档",
    "阿里云盘", "我的阿里云盘", "aDrive",
    "微云", "腾讯微云", "微云同步助手", "Weiyun",
    "天翼云盘", "天翼云盘同步盘", "eCloud", "移动云盘", "和彩云", "360安全云盘",
    "企业微信微盘", "微盘", "WeDrive", "钉盘", "钉钉云盘", "DingDrive", "飞书云盘", "单位同步盘",
    "联想企业网盘", "亿方云", "够快云库",
    "OneDrive", "OneDrive - 某局", "OneDrive-某局", "onedrive（单位）",
    "iCloudDrive", "iCloud Drive", "iCloud 云盘", "com~apple~CloudDocs",
    "Dropbox", "Dropbox (单位)", "GoogleDrive", "Google Drive", "Google 云端硬盘", "My Drive",
    "我的云端硬盘", "SynologyDrive", "Synology Drive", "CloudStation", "Qsync", "极空间",
    "Nextcloud", "Nextcloud 2", "ownCloud", "Seafile", "SeaDrive", "seadrive_root", "Syncthing",
    "Resilio Sync", "Box Sync", "MEGAsync", "pCloudDrive", "Proton Drive", "YandexDisk",
]  # fmt: skip
# A word is no sign of a product, and what was fetched or installed is mirrored nowhere.
ORDINARY = [
    "box", "Box", "sync", "Sync", "drive", "Drive", "cloud", "云", "云盘", "网盘", "同步", "同步资料",
    "坚果", "百度", "百度案件", "阿里云", "天翼", "微云科技有限公司案", "微盘点", "钉盘古", "移动",
    "华为", "腾讯", "企业微信", "钉钉", "飞书", "WPS", "WPS Office", "WXWork", "OneDriveTemp",
    "OneDriveless", "OneDrive_1_2026-11-22", "iCloudy", "Dropboxes", "dropbox_old", "Mega", "mega",
    "BaiduNetdiskDownload", "百度网盘下载", "阿里云盘下载", "坚果云安装包", "Qsynchro", "Seafiles",
    "ecloudy", "adriver", "nutstores", "wedriver", "My Drives", "法制审核", "三制数据", "Documents",
    "文档", "行政执法云平台", "案件同步备份",
]  # fmt: skip


@pytest.mark.parametrize("folder", SYNCED)
def test_synced_folders_are_refused(tmp_path: Path, folder: str) -> None:
    error = _refusal(tmp_path / folder / "审核" / "x.db")
    assert (error.code, error.facts["folder"]) == (PersistenceFault.SYNCED_FOLDER, folder)


def test_ordinary_folders_are_not_refused(tmp_path: Path) -> None:
    for folder in ORDINARY:
        refuse_unsafe(tmp_path / folder / "x.db")
    refuse_unsafe(tmp_path / "OneDrive.db")  # the name of the file says nothing


def test_every_sign_is_tried_and_has_its_reason() -> None:
    for sign in synced_folders.SIGNS:
        assert sign.why
        assert any(synced_folders._fits(sign, name.casefold()) for name in SYNCED), sign


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_is_followed_and_where_it_stands_counts(tmp_path: Path) -> None:
    mirrored, local = tmp_path / "OneDrive", tmp_path / "local"
    mirrored.mkdir()
    local.mkdir()
    (tmp_path / "数据").symlink_to(mirrored)
    assert _refusal(tmp_path / "数据" / "x.db").code is PersistenceFault.SYNCED_FOLDER
    (mirrored / "x.db").write_bytes(b"")
    (local / "x.db").symlink_to(mirrored / "x.db")
    assert _refusal(local / "x.db").code is PersistenceFault.SYNCED_FOLDER
    (local / "y.db").write_bytes(b"")
    (mirrored / "y.db").symlink_to(local / "y.db")
    assert _refusal(mirrored / "y.db").code is PersistenceFault.SYNCED_FOLDER
    refuse_unsafe(mirrored / ".." / "local" / "y.db")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    refuse_unsafe(tmp_path / "circle")


@pytest.mark.parametrize(("name", "is_file", "product"), synced_folders.MARKS)
def test_a_synced_folder_of_any_name_is_known_by_its_mark(
    tmp_path: Path, name: str, is_file: bool, product: str
) -> None:
    mark = tmp_path / "资料" / name
    (mark.parent if is_file else mark).mkdir(parents=True)
    if is_file:
        mark.write_bytes(b"")
    error = _refusal(tmp_path / "资料" / "审核" / "x.db")
    assert product in error.facts["folder"]
    assert str(tmp_path / "资料") in error.facts["folder"]
    refuse_unsafe(tmp_path / "旁边" / "x.db")


def test_settings_in_a_users_folder_are_no_mark(tmp_path: Path) -> None:
    for name in (".dropbox", ".sync", ".nutstore", ".config/Nextcloud"):
        (tmp_path / name).mkdir(parents=True)
    refuse_unsafe(tmp_path / "x.db")


def test_a_synced_folder_named_by_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OneDriveCommercial", str(tmp_path / "工作"))
    assert _refusal(tmp_path / "工作" / "x.db").code is PersistenceFault.SYNCED_FOLDER
    refuse_unsafe(tmp_path / "OneDriveless" / "x.db")


def test_a_synced_folder_named_by_its_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPDATA", str(tmp_path / "app"))
    info = tmp_path / "app" / "Dropbox" / "info.json"
    info.parent.mkdir(parents=True)
    for text in ("", "[]", "{}", '{"personal": 3}', '{"personal": {}}', "\0"):
        info.write_text(text, "utf-8")
        refuse_unsafe(tmp_path / "家里" / "x.db")
    told = {"business": {"path": str(tmp_path / "家里"), "host": 1}}
    info.write_text(json.dumps(told), "utf-8")
    assert _refusal(tmp_path / "家里" / "x.db").code is PersistenceFault.SYNCED_FOLDER
    refuse_unsafe(tmp_path / "别处" / "x.db")


def test_what_windows_lists_as_mirrored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Libraries of a team are mirrored into a folder that is called like the institution."""
    manager = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer\SyncRootManager"
    engines = r"SOFTWARE\SyncEngines\Providers\OneDrive"
    listed: dict[str, dict[str, Any]] = {
        manager: {"NutstoreWin!S-1-5!1": {}},
        rf"{manager}\NutstoreWin!S-1-5!1\UserSyncRoots": {"S-1-5": str(tmp_path / "某局")},
        engines: {"Business1": {}},
        rf"{engines}\Business1": {"MountPoint": str(tmp_path / "某局 - 文档"), "UrlNamespace": "x"},
    }
    monkeypatch.setattr(windows_registry, "keys", lambda _hive, path: list(listed.get(path, ())))
    monkeypatch.setattr(windows_registry, "values", lambda _hive, path: listed.get(path, {}))
    for folder in ("某局", "某局 - 文档"):
        assert _refusal(tmp_path / folder / "x.db").code is PersistenceFault.SYNCED_FOLDER
    refuse_unsafe(tmp_path / "某局 - 本机" / "x.db")


def test_urls_and_paths() -> None:
    assert target("/a/b.db").path == Path("/a/b.db")
    assert target("sqlite:///b.db").path == Path("b.db")
    assert target("sqlite:////a/%E6%A1%88.db").path == Path("/a/案.db")
    server = target("postgresql+psycopg://lead@db.example:6543/office?sslmode=require")
    assert (server.host, server.port, server.database, server.user) == (
        "db.example", 6543, "office", "lead",
    )  # fmt: skip
    assert server.options == (("sslmode", "require"),)
    assert not server.embedded


@pytest.mark.parametrize(
    "name", ["", "mysql://a@b/c", "sqlite://", "postgresql://host", "postgresql://h:1/"]
)
def test_what_is_no_place(name: str) -> None:
    with pytest.raises(DomainError) as caught:
        target(name)
    assert caught.value.code is PersistenceFault.BAD_URL


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://a:geheim@h/db",
        "postgresql://a:@h/db",
        "postgresql://a@h/db?password=geheim",
    ],
)
def test_a_password_never_stands_in_a_url(url: str) -> None:
    with pytest.raises(DomainError) as caught:
        target(url)
    assert caught.value.code is PersistenceFault.PASSWORD_IN_URL
    assert "geheim" not in str(caught.value)
