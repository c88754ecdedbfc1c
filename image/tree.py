"""A root file system for an image, made out of the Debian system this runs on: programs, the shared
libraries they need, and the few files that a process without a shell wants. Nothing else: no shell, no
package manager. Used by image/*/make_root.py.

Remembers which Debian package each file came from, for the SBOM (image/sbom.py).
"""
import json
import os
import re
import shutil
import subprocess
import sys

NSSWITCH = 'passwd: files\ngroup: files\nhosts: files dns\n'
OS_RELEASE = '/usr/lib/os-release'


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout


def fail(words):
    sys.exit(f'{os.path.basename(sys.argv[0])}: {words}')


def libraries_folder():
    return f'/usr/lib/{run("gcc", "-print-multiarch").strip()}'


def needed_libraries(path):
    """Absolute paths, as the loader finds them on this system, the loader included."""
    output = run('ldd', path)
    missing = re.findall(r'(\S+) => not found', output)
    if missing:
        fail(f'{path} needs {", ".join(missing)}, which this system lacks')
    return set(re.findall(r'=> (/\S+)', output)) | set(re.findall(r'^\s+(/lib64/\S+)', output, re.MULTILINE))


def merged(path):
    """Debian's /lib is /usr/lib."""
    return re.sub(r'^/(lib|lib64|bin|sbin)/', r'/usr/\1/', path)


def package_of(path):
    """The Debian package of a file, through the real file: packages own those. None: no package has it."""
    real = os.path.realpath(path)
    for name in dict.fromkeys([real, real.removeprefix('/usr'), path, path.removeprefix('/usr')]):
        answer = subprocess.run(['dpkg', '-S', name], capture_output=True, text=True, check=False)
        if answer.returncode == 0:
            return answer.stdout.split(': ')[0].split(',')[0]
    return None


class Root:
    """The tree that is made in an empty folder."""

    def __init__(self, folder):
        shutil.rmtree(folder, ignore_errors=True)
        os.umask(0o022)
        self.folder = os.path.abspath(folder)
        self.packages = {}  # path inside: Debian package

    def path(self, inside):
        return self.folder + inside

    def make_folder(self, inside, mode=0o755):
        os.makedirs(self.path(inside), exist_ok=True)
        os.chmod(self.path(inside), mode)

    def write(self, inside, data):
        os.makedirs(os.path.dirname(self.path(inside)), exist_ok=True)
        with open(self.path(inside), 'wb') as out:
            out.write(data if isinstance(data, bytes) else data.encode())

    def copy_own(self, source, inside, mode=0o644):
        """A file of ours, or one that no package owns."""
        os.makedirs(os.path.dirname(self.path(inside)), exist_ok=True)
        shutil.copyfile(os.path.realpath(source), self.path(inside))
        os.chmod(self.path(inside), mode)

    def copy(self, source, mode=0o644, package=None):
        """A file of Debian's, to where it is here; `package` if it was made at installation."""
        inside = merged(source)
        self.packages[inside] = package or package_of(source)
        if not self.packages[inside]:
            fail(f'{source} belongs to no Debian package')
        self.copy_own(source, inside, mode)

    def add_skeleton(self, user, name, home):
        for folder in ['/dev', '/proc', '/sys', '/run', '/etc', '/usr/bin', '/usr/lib64', '/var/lib', '/var/log']:
            self.make_folder(folder)
        for link in ['bin', 'lib', 'lib64']:
            os.symlink(f'usr/{link}', self.path(f'/{link}'))
        self.make_folder('/tmp', 0o1777)
        self.write('/etc/passwd', f'root:x:0:0:root:/nonexistent:/nonexistent\n{name}:x:{user}:{user}::{home}:/nonexistent\n')
        self.write('/etc/group', f'root:x:0:\n{name}:x:{user}:\n')
        self.write('/etc/nsswitch.conf', NSSWITCH)
        self.copy(OS_RELEASE)

    def add_libraries_of(self, paths):
        """What the loader brings to these files."""
        for path in sorted(set().union(*(needed_libraries(path) for path in paths))):
            self.copy(path, 0o755 if '/ld-linux' in path else 0o644)

    def add_copyrights(self):
        for name in sorted({package.split(':')[0] for package in self.packages.values()}):
            self.copy(f'/usr/share/doc/{name}/copyright', package=name)

    def write_packages(self):
        """Beside the folder, NAME.packages.json."""
        with open(f'{self.folder}.packages.json', 'w', encoding='utf-8') as out:
            json.dump(self.packages, out, indent=1, sort_keys=True)
