#!/usr/bin/python3
"""Joins kernel, initrd, command line and os-release into one unsigned unified kernel image.

  make_uki.py --linux VMLINUZ --initrd FILE --cmdline FILE --osrel FILE --output UKI.efi

Debian's /usr/bin/python3 has pefile. The same input and SOURCE_DATE_EPOCH give the same bytes.
"""
import argparse
import os
import subprocess

import pefile

STUB = '/usr/lib/systemd/boot/efi/linuxx64.efi.stub'
SECTIONS = {'.osrel': 'osrel', '.cmdline': 'cmdline', '.initrd': 'initrd', '.linux': 'linux'}


def aligned(address, alignment):
    return -(-address // alignment) * alignment


def placed(stub, files):
    """objcopy's words that put each file behind the stub's last section."""
    alignment = stub.OPTIONAL_HEADER.SectionAlignment
    last = stub.sections[-1]
    address = stub.OPTIONAL_HEADER.ImageBase + last.VirtualAddress + last.Misc_VirtualSize
    for section, path in files:
        address = aligned(address, alignment)
        yield from ['--add-section', f'{section}={path}', '--change-section-vma', f'{section}={address:#x}']
        address += os.path.getsize(path)


def forget_time(path):
    """objcopy writes the time of day; who signs computes the checksum anew."""
    image = pefile.PE(path)
    image.FILE_HEADER.TimeDateStamp = int(os.environ['SOURCE_DATE_EPOCH'])
    image.OPTIONAL_HEADER.CheckSum = 0
    data = image.write()
    image.close()
    with open(path, 'wb') as out:
        out.write(data)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for option in [*SECTIONS.values(), 'output']:
        parser.add_argument(f'--{option}', required=True)
    options = parser.parse_args()
    files = [(section, getattr(options, option)) for section, option in SECTIONS.items()]
    subprocess.run(['objcopy', *placed(pefile.PE(STUB), files), STUB, options.output], check=True)
    forget_time(options.output)


if __name__ == '__main__':
    main()
