"""Takes the README's pictures and its animation from the app itself: the bundled sample alone.

    python -m tools.make_pictures [--out docs/images]

It trains preset ``tuned`` on the sample, opens pages in Chromium and writes small files: three
pictures, and a run's label space epoch by epoch. It needs what the browser tests need.
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from arxivtag import storage
from tests.browser.conftest import Server, launch_chromium, start_server, wait_until_idle

OUT = Path(__file__).resolve().parents[1] / "docs" / "images"
EPOCHS = 12
MAX_PICTURE_BYTES, MAX_ANIMATION_BYTES = 150_000, 1_500_000
COLOURS = (256, 128, 64, 32)
FRAME_MS, LAST_MS = 70, 2_500
SIZE = {"width": 1280, "height": 860}
# A screenshot takes longer than a frame of the animation should.
SLOW_MOTION_JS = """() => {
  const now = performance.now.bind(performance), ask = requestAnimationFrame.bind(window);
  performance.now = () => now() / 10;
  window.requestAnimationFrame = (draw) => ask((at) => draw(at / 10));
}"""
TO_THE_TOP_JS = "(node) => { node.style.scrollMarginTop = '4.5rem'; node.scrollIntoView(); }"
# The pictures: what is opened, and what has to be there. ``{run}`` is the run.
PICTURES = {
    "home": ("", ".at-map[data-points]"),
    "train": ("Train?run={run}", ".at-live-chart[data-points]"),
    "predict": ("Predict", ".at-marked mark"),
}


def as_png(image: Image.Image, most_bytes: int) -> bytes:
    """Return a PNG of at most so many bytes, with as many colours as fit.

    Raises:
        ValueError: If it has more bytes with the fewest colours.
    """
    for colours in COLOURS:
        packed = io.BytesIO()
        image.convert("RGB").quantize(colours, dither=Image.Dither.NONE).save(
            packed, "PNG", optimize=True
        )
        if packed.tell() <= most_bytes:
            return packed.getvalue()
    raise ValueError(f"{packed.tell():,} bytes with {colours} colours, more than {most_bytes:,}.")


def as_gif(frames: Sequence[Image.Image], most_bytes: int) -> bytes:
    """Return an animation that rests on its last frame; of too many, every second frame goes.

    Raises:
        ValueError: If not even two frames fit.
    """
    kept = list(frames)
    while len(kept) > 1:
        palette = kept[-1].convert("RGB").quantize(64, dither=Image.Dither.NONE)
        first, *rest = (
            one.convert("RGB").quantize(palette=palette, dither=Image.Dither.NONE) for one in kept
        )
        packed = io.BytesIO()
        times = [FRAME_MS * len(frames) // len(kept)] * len(rest)
        first.save(
            packed, "GIF", save_all=True, append_images=rest, duration=[*times, LAST_MS], loop=0,
            optimize=True,
        )  # fmt: skip
        if packed.tell() <= most_bytes:
            return packed.getvalue()
        kept = [*kept[:-1:2], kept[-1]] if len(kept) > 2 else []
    raise ValueError(f"Two frames have more than {most_bytes:,} bytes.")


def trained(home: Path) -> str:
    """Train on the sample, and return the run's id."""
    command = [sys.executable, "-m", "arxivtag", "train", "sample", "--preset", "tuned"]
    command += ["--epochs", str(EPOCHS), "--home", str(home), "--json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return str(json.loads(done.stdout)["run_id"])


def opened(browser: Browser, address: str, wanted: str) -> Page:
    """Open a page in its light look, and wait until what is wanted stands."""
    page = browser.new_context(viewport=SIZE).new_page()  # type: ignore[arg-type]
    page.add_init_script(f"({SLOW_MOTION_JS})()")
    page.goto(address)
    page.locator(wanted).first.wait_for(timeout=120_000)
    wait_until_idle(page)
    page.wait_for_timeout(1_500)
    return page


def label_space_frames(page: Page) -> list[Image.Image]:
    """Return the label space while it is replayed, in slow motion."""
    space = page.locator(".at-space canvas").first
    space.scroll_into_view_if_needed()
    page.get_by_role("button", name="Replay").first.click()
    frames = []
    while page.get_by_role("button", name="Pause").count():
        frames.append(Image.open(io.BytesIO(space.screenshot())))
    return [*frames, Image.open(io.BytesIO(space.screenshot()))]


def take(browser: Browser, server: Server, run_id: str, out: Path) -> None:
    """Write the pictures and the animation."""
    for name, (path, wanted) in PICTURES.items():
        page = opened(browser, f"{server.url}/{path.format(run=run_id)}", wanted)
        if name == "train":
            frames = label_space_frames(page)
            storage.write_bytes(out / "learning.gif", as_gif(frames, MAX_ANIMATION_BYTES))
            page.get_by_role("heading", name="Training").evaluate(TO_THE_TOP_JS)
            page.mouse.move(0, 0)
        image = Image.open(io.BytesIO(page.screenshot()))
        storage.write_bytes(out / f"{name}.png", as_png(image, MAX_PICTURE_BYTES))
        page.context.close()


def main() -> None:
    """Train, serve, and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, default=OUT)
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        run_id = trained(folder / "home")
        server = start_server(folder / "home", folder / "logs")
        browser = launch_chromium(playwright)
        try:
            take(browser, server, run_id, out)
        finally:
            browser.close()
            server.stop()
    for path in sorted(out.iterdir()):
        print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
