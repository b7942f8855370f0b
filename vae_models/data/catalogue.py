"""The data sets by name: what they are, and the files they need with sha256 and address (standard library only)."""

import dataclasses
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from vae_models.errors import DataError

VARIABLE = "VAEPROOF_DATA"
_CHUNK = 1 << 20
_MNIST = "https://ossci-datasets.s3.amazonaws.com/mnist/"
_FASHION = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
_OMNIGLOT = "https://github.com/brendenlake/omniglot/raw/master/python/"


@dataclasses.dataclass(frozen=True, kw_only=True)
class SourceFile:
    """One file of a data set.

    Attributes:
        path: Below the folder of the data sets.
        sha256: Of the file as it was published.
        url: Where it is published; None where no lasting address is known.
    """

    path: str
    sha256: str
    url: str | None = None


FILES: Mapping[str, tuple[SourceFile, ...]] = {
    "mnist": (
        SourceFile(
            path="mnist/train-images-idx3-ubyte.gz",
            sha256="440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            url=_MNIST + "train-images-idx3-ubyte.gz",
        ),
        SourceFile(
            path="mnist/train-labels-idx1-ubyte.gz",
            sha256="3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            url=_MNIST + "train-labels-idx1-ubyte.gz",
        ),
        SourceFile(
            path="mnist/t10k-images-idx3-ubyte.gz",
            sha256="8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            url=_MNIST + "t10k-images-idx3-ubyte.gz",
        ),
        SourceFile(
            path="mnist/t10k-labels-idx1-ubyte.gz",
            sha256="f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            url=_MNIST + "t10k-labels-idx1-ubyte.gz",
        ),
    ),
    "fashion-mnist": (
        SourceFile(
            path="fashion_mnist/train-images-idx3-ubyte.gz",
            sha256="3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            url=_FASHION + "train-images-idx3-ubyte.gz",
        ),
        SourceFile(
            path="fashion_mnist/train-labels-idx1-ubyte.gz",
            sha256="a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            url=_FASHION + "train-labels-idx1-ubyte.gz",
        ),
        SourceFile(
            path="fashion_mnist/t10k-images-idx3-ubyte.gz",
            sha256="346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            url=_FASHION + "t10k-images-idx3-ubyte.gz",
        ),
        SourceFile(
            path="fashion_mnist/t10k-labels-idx1-ubyte.gz",
            sha256="67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            url=_FASHION + "t10k-labels-idx1-ubyte.gz",
        ),
    ),
    "omniglot": (
        SourceFile(
            path="omniglot/images_background_small1.zip",
            sha256="f38eb80f801274ac2b4dff5b24289016bfaba4a7d5bb50deebf27104ad6cb8a4",
            url=_OMNIGLOT + "images_background_small1.zip",
        ),
        SourceFile(
            path="omniglot/images_background_small2.zip",
            sha256="3ccaa407515a8778e5d0861875af38b17e418f301ad5bb3b5a6b65d901a41c7f",
            url=_OMNIGLOT + "images_background_small2.zip",
        ),
        SourceFile(
            path="omniglot/oneshot_all_runs.zip",
            sha256="437c1eeab0af8484112e1b4cc0f3d541ec727f7c47b9b202da738af9dfd6c325",
            url=_OMNIGLOT + "one-shot-classification/all_runs.zip",
        ),
    ),
    "frey-faces": (
        SourceFile(
            path="frey_faces/freyfaces.npy", sha256="2177ea074dc1d5ce35294c687dfce79ced65db6d7b745d95a2e1757fcfbe41c0"
        ),
    ),
    "lagging-synthetic": (
        SourceFile(
            path="lagging_synthetic/synthetic_data.txt",
            sha256="0546b145c919872dc6149a39ad9c072f2c0a8ff9b2a68d3fc5efa60714940a05",
        ),
    ),
    "yahoo": (
        SourceFile(
            path="yahoo_yang2017/val.txt", sha256="3247ac3ffcc4d4bfd6216f2aaa617f6706cdc4081874da39245fe156825898d1"
        ),
        SourceFile(
            path="yahoo_yang2017/test.txt", sha256="ad843c4363adbdd07d8055d9bf121e5f23c285760df43a0031b89d8538293075"
        ),
    ),
    "yelp": (
        SourceFile(
            path="yelp_shen2020/valid.txt", sha256="e5c9e1abe799ed64162f1f408b3d6b774001cc1d0e64d9588ccdff5e65c80b93"
        ),
        SourceFile(
            path="yelp_shen2020/test.txt", sha256="42316627d9123bd7254fe6aee702dc0a007b0a0c270769f9736da978e882f8bf"
        ),
    ),
}

BROUGHT: Mapping[str, str] = {
    "omniglot-chardata": "omniglot/chardata.mat",
    "celeba": "celeba",
    "celebahq": "celebahq",
    "synthetic-text": "synthetic_he2019",
    "yahoo-whole": "yahoo_whole",
    "yelp-whole": "yelp_whole",
}  # where files lie below the folder of the data sets that are not published under a checksum

SUMMARIES: Mapping[str, str] = {
    "digits": "scikit-learn's digits, 1797 of 8x8, or enlarged to image_size; always there",
    "mnist": "60000 + 10000 handwritten digits, 28x28",
    "fashion-mnist": "60000 + 10000 articles of clothing, 28x28",
    "omniglot": "4840 + 800 drawings reduced to 28x28",
    "omniglot-chardata": "24345 + 8070 drawings, 28x28: chardata.mat of IWAE, at path or omniglot/chardata.mat",
    "frey-faces": "1965 faces, 28x20",
    "image-folder": "every PNG (and, with Pillow, JPEG) below path, centre square reduced to image_size",
    "celeba": "CelebA with list_eval_partition.txt, at path or celeba; 64x64 from the middle 140x140",
    "celebahq": "the pictures of CelebA-HQ, at path or celebahq, reduced to 128x128",
    "lagging-synthetic": "10000 sentences of 10 tokens, vocabulary 1000",
    "yahoo": "validation part as training set and test part of Yahoo answers, 10000 each",
    "yelp": "validation part as training set and test part of Yelp reviews, 10000 short sentences each",
    "yahoo-short": "yahoo, 10 words of each answer, vocabulary 500, 1000 for the test",
    "yelp-short": "yelp, 10 words of each review, vocabulary 500, 1000 for the test",
    "yahoo-whole": "Yahoo answers: train.txt, valid.txt and test.txt, at path or yahoo_whole",
    "yelp-whole": "Yelp reviews: train.txt, valid.txt and test.txt, at path or yelp_whole",
    "synthetic-text": "16000 sentences of He et al. (2019): train.txt, test.txt, at path or synthetic_he2019",
    "text": "a text file, or a folder with train.txt, valid.txt and test.txt, at path; one sentence a line",
    "two-gaussians": "count draws from N(0, deviation^2 I) and from N(separation, deviation^2 I), labelled",
    "gaussian-noise": "the same, the second as the noise of a contrastive objective",
    "two-points": "-1 and +1, count draws each, with deviation around them",
    "shifted-mixture": "draws from (1 - weight) N(0, deviation^2 I) + weight N(separation, deviation^2 I)",
    "noise-partitions": "the images of base with noise of noise_variance on the parts of pattern",
    "codes": "draws of q(z|x) of the run in the folder at path, new in each batch",
    "array": "an .npy, .npz, .pt or .safetensors file at path",
}


def data_folder(data_dir: str | None) -> Path:
    """Return the folder of the data sets: the argument, else VAEPROOF_DATA, else one in the cache of the user."""
    if data_dir or os.environ.get(VARIABLE):
        return Path(data_dir or os.environ[VARIABLE]).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vaeproof"


def present(name: str, folder: Path) -> bool:
    """Return whether all files of a data set lie in the folder, altered or not."""
    return all((folder / file.path).is_file() for file in FILES[name])


def checked_files(name: str, folder: Path) -> list[Path]:
    """Return the paths of the files of a data set.

    Raises:
        DataError: One is missing or does not have its sha256.
    """
    return [_checked(name, file, folder) for file in FILES[name]]


def _checked(name: str, file: SourceFile, folder: Path) -> Path:
    path = folder / file.path
    if not path.is_file():
        msg = f"{path} is missing; {_how_to_get(name, file, folder)}"
        raise DataError(msg)
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    if digest.hexdigest() != file.sha256:
        msg = (
            f"{path} is altered or cut off: its sha256 is {digest.hexdigest()}, expected {file.sha256}; "
            f"remove it, then {_how_to_get(name, file, folder)}"
        )
        raise DataError(msg)
    return path


def _how_to_get(name: str, file: SourceFile, folder: Path) -> str:
    if file.url is None:
        return f"put the file with sha256 {file.sha256} there (no lasting address of it is known)"
    return (
        f"fetch it, {file.sha256[:12]}... as published, with: python -m vae_models.fetch {name} --data-dir {folder}; "
        f"or name the folder that has it by --data-dir or {VARIABLE}"
    )
