"""How people are called and where they live: given and family names of several cultures, and regions.

The lists are common names, put together by lot; nobody real is meant. A family name stands where its language
puts it.
"""

from typing import NamedTuple


class Culture(NamedTuple):
    """joiner stands between the names; family_first: 陈静, not 静陈. weight: its share of all communities."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    weight: float
    joiner: str = " "
    family_first: bool = False


def _culture(
    given: str, family: str, weight: float, joiner: str = " ", *, family_first: bool = False
) -> Culture:
    return Culture(tuple(given.split()), tuple(family.split()), weight, joiner, family_first)


CULTURES = (
    _culture(
        """
        静 伟 芳 敏 娜 磊 洋 艳 勇 杰 丽 涛 超 霞 平 刚 思雨 子涵 梓萱 浩然
        欣怡 宇轩 雨桐 一诺 佳怡 明哲 晓燕 文博 雪梅 志强 若曦 嘉豪
        """,
        "王 李 张 刘 陈 杨 黄 赵 周 吴 徐 孙 马 朱 胡 郭 何 林 高 罗 郑 梁 谢 宋 唐 许 韩 冯 邓 曹",
        0.3,
        "",
        family_first=True,
    ),
    _culture(
        """
        Wei Jing Min Na Lei Yang Yan Jie Li Tao Chao Xia Ping Siyu Zihan Haoran Xinyi Yuxuan Yutong
        Yinuo Jiayi Mingzhe Ruoxi
        """,
        """
        Wang Li Zhang Liu Chen Yang Huang Zhao Zhou Wu Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Zheng
        Liang
        """,
        0.2,
        family_first=True,
    ),
    _culture(
        """
        Ana Bea Carla Diego Elena Felipe Gabriela Hugo Ines Joaquin Lucia Mateo Nuria Pablo Rita
        Sergio Teresa Tiago Valeria Ximena
        """,
        """
        Duarte Silva Costa Pereira Garcia Lopez Martinez Romero Vargas Navarro Molina Ortega
        Ferreira Castro Ramos Delgado Rojas
        """,
        0.12,
    ),
    _culture(
        """
        Alice Ben Charlotte Daniel Emma Finn Grace Harry Isla Jack Kate Liam Maya Noah Olivia Ruth
        Sam Tess Tom Zoe
        """,
        """
        Baker Carter Ellis Fisher Grant Hughes Irving Jones Kelly Lewis Morgan Nash Parker Reed Shaw
        Taylor Walsh Young
        """,
        0.12,
    ),
    _culture(
        """
        Aarav Ananya Arjun Diya Farah Imran Ishaan Kavya Meera Nikhil Priya Rahul Rohan Sana Tara
        Vikram Zara Asha
        """,
        """
        Agarwal Bose Chatterjee Desai Gupta Iyer Kapoor Khan Mehta Nair Patel Rao Reddy Sen Sharma
        Singh Verma
        """,
        0.1,
    ),
    _culture(
        "Haruto Yui Sota Hina Ren Aoi Kenji Sakura Takumi Mei Minjun Seoyeon Jiho Haeun Dohyun Sujin",
        """
        Sato Suzuki Takahashi Tanaka Ito Yamamoto Nakamura Kobayashi Kim Lee Park Choi Jung Kang
        Yoon
        """,
        0.06,
    ),
    _culture(
        """
        Adaeze Amara Chidi Efua Femi Kofi Kwame Lerato Ngozi Sipho Thabo Wanjiru Zainab Amina Omar
        Layla Yusuf Nour Karim Salma
        """,
        """
        Adeyemi Asante Banda Diallo Kamau Mensah Mwangi Ndlovu Okafor Owusu Toure Haddad Mansour
        Nasser Saleh Farouk
        """,
        0.06,
    ),
    _culture(
        """
        Anna Bruno Clara Emil Frieda Jonas Lena Max Nora Oskar Marta Piotr Zofia Jan Irina Milan
        Katja Pavel
        """,
        """
        Bauer Fischer Hoffmann Keller Lang Meyer Richter Schulz Vogel Weber Nowak Kowalski Novak
        Horvat Petrov
        """,
        0.04,
    ),
)

REGIONS = (
    "Guangdong", "Shanghai", "Zhejiang", "Beijing", "Jiangsu", "Sichuan", "Fujian", "Hubei",
    "Shaanxi", "Yunnan", "Hong Kong", "Singapore", "Kuala Lumpur", "Sydney", "London", "Berlin",
)  # fmt: skip
"""From the fullest to the emptiest; the weights fall as 1/place."""
