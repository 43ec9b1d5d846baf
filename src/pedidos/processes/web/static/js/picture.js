// <input type="file" data-most-bytes="1048576">: a picture that is larger, such as that of a phone, is made smaller before it
// is sent. What the browser cannot read stays as it is: the server says what is wrong with it.

const LONGEST_SIDE = 1600
const QUALITY = 0.85

document.addEventListener("change", async event => {
  const input = event.target
  if (!input.matches("input[type=file][data-most-bytes]")) return
  const [file] = input.files
  if (!file || file.size <= Number(input.dataset.mostBytes)) return
  const buttons = input.form.querySelectorAll("button")
  for (const button of buttons) button.disabled = true
  const smaller = await shrunk(file)
  if (smaller && input.files[0] === file) {
    const files = new DataTransfer()
    files.items.add(new File([smaller], "picture.jpg", { type: smaller.type }))
    input.files = files.files
  }
  for (const button of buttons) button.disabled = false
})

// A JPEG of the picture, on white; null if the file is no picture that this browser reads.
async function shrunk(file) {
  let picture
  try {
    picture = await createImageBitmap(file)
  } catch {
    return null
  }
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height))
  const canvas = document.createElement("canvas")
  canvas.width = Math.max(1, Math.round(picture.width * scale))
  canvas.height = Math.max(1, Math.round(picture.height * scale))
  const pen = canvas.getContext("2d")
  pen.fillStyle = "white"
  pen.fillRect(0, 0, canvas.width, canvas.height)
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height)
  picture.close()
  return new Promise(resolve => canvas.toBlob(resolve, "image/jpeg", QUALITY))
}
