// Stands before the scripts of pictures: one is saved as PNG, as it looks, on the page's ground.
async function savePicture(picture, filename) {
  const { clientWidth: width, clientHeight: height } = picture, scale = 2;
  const sheet = Object.assign(document.createElement("canvas"), {
    width: width * scale, height: height * scale,
  });
  const pen = sheet.getContext("2d");
  pen.fillStyle = getComputedStyle(picture).getPropertyValue("--st-background-color").trim();
  pen.fillRect(0, 0, sheet.width, sheet.height);
  let drawn = picture;
  if (picture instanceof SVGElement) {
    const copy = picture.cloneNode(true);
    copy.setAttribute("width", width);
    copy.setAttribute("height", height);
    const text = new XMLSerializer().serializeToString(copy);
    drawn = Object.assign(new Image(), {
      src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`,
    });
    await drawn.decode();
  }
  pen.drawImage(drawn, 0, 0, sheet.width, sheet.height);
  Object.assign(document.createElement("a"), {
    href: sheet.toDataURL("image/png"), download: filename,
  }).click();
}
